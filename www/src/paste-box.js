// The paste box. Text pasted anywhere else outside a field goes here as well.
import { byId, el, fill, prose } from "./dom.js";
import { textOf } from "./encoding.js";
import { LONGEST, schemeOf, takeApart } from "./paste.js";
import { schemeNamed, signedInside } from "./senders.js";

/** `makeRoom` empties the fields if they hold the example that the page opened with. */
export function connectPaste({ use, makeRoom, scheme }) {
  const box = byId("paste");
  const take = (text) => {
    if (text.trim() === "") return note("Paste a delivery into this field first.");
    if (text.length > LONGEST) return note("That is longer than any delivery. Drop a body of that size onto the page as a file.");
    const found = takeApart(text);
    if (found === undefined) return note(NOTHING);
    makeRoom();
    box.value = "";
    use(delivery(found, scheme()), { anew: found.headers.length > 0 && found.body !== undefined && found.secret !== undefined });
    return note(words(found));
  };
  box.addEventListener("paste", (event) => {
    // A field converts CR LF to LF, so the text is read from the clipboard.
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.trim() === "") return;
    event.preventDefault();
    box.value = text;
    take(text);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) take(box.value);
  });
  byId("take-apart").addEventListener("click", () => take(box.value));
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea")) return;
    take(event.clipboardData?.getData("text/plain") ?? "");
  });
}

const NOTHING = "Nothing in this looks like a delivery. A delivery has a signature in a header; print all headers and the raw body, or fill the fields below by hand.";

/** What to fill in. A single signature is added to the headers that are already there. */
function delivery({ headers, body, secret, jwks, kind, url, method }, known) {
  const filled = { body, secret, jwks };
  if (jwks !== undefined) return { ...filled, scheme: "gemini-dynamic" };
  if (kind === "a signature" || kind === "a token") return { ...filled, headers: merged(headers), scheme: schemeOf(headers, body, known) };
  if (headers.length === 0) return { ...filled, scheme: body && signedInside(textOf(body) ?? "")?.name };
  const scheme = schemeOf(headers, body, known);
  const target = schemeNamed(scheme).signsUrl ? { url, method } : {};
  return { ...filled, ...target, headers, scheme, now: "" };
}

function merged([[name, value]]) {
  const lines = byId("headers").value.split("\n").filter((line) => line.includes(":"));
  const others = lines.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]);
  return [...others.filter(([known]) => known.toLowerCase() !== name), [name, value]];
}

function words({ kind, headers, body, secret, url, notes, other }) {
  const scheme = headers.length > 0 ? schemeNamed(schemeOf(headers, body, "")) : undefined;
  const parts = [
    headers.length > 0 && `${headers.length} header${headers.length === 1 ? "" : "s"}`,
    body !== undefined && `a body of ${body.length.toLocaleString("en")} bytes`,
    url !== undefined && scheme?.signsUrl && "the URL",
    secret !== undefined && !/secrets?$/.test(kind) && "a secret",
  ].filter(Boolean);
  const read = `Read as ${kind}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.`;
  const taken = scheme !== undefined && other === undefined ? ` Taken as ${scheme.title}.` : "";
  return [read + taken, ...notes].join(" ");
}

function note(text) {
  fill(byId("paste-note"), el("span", prose(text)));
}
