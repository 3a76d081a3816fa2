// Expected and received signatures, byte by byte: one picture per key and signature.
import { byId, capital, el, fill, icon, prose } from "./dom.js";
import { fromBase64, toHex } from "./encoding.js";

/** Pictures that are drawn; a report may contain hundreds of comparisons. */
const SHOWN = 12;

/** `scheme` is the entry of the scheme's list. */
export function showComparisons(section, report, scheme) {
  const { comparisons, signatures } = report;
  const ignored = signatures.filter((row) => !row.accepted).slice(0, SHOWN);
  section.hidden = comparisons.length + ignored.length === 0;
  if (section.hidden) return;
  const secret = comparisons.filter((row) => row.expected !== undefined);
  const best = [...secret].sort((a, b) => Number(b.matches) - Number(a.matches)).slice(0, SHOWN);
  fill(
    byId("comparisons"),
    best.map((row) => withSecret(row, report, scheme)),
    secret.length > best.length && el("p.detail", `and ${secret.length - best.length} more that do not match`),
    signatures.slice(0, SHOWN).map((signature) => withoutExpected(signature, report, scheme)),
    ignored.map((row) => el("p.ignored", icon("skip"), el("span", `Signature ${row.index + 1} does not count: `, prose(row.detail ?? "")))),
  );
}

/** A secret against a signature, with the expected signature. */
function withSecret(row, report, { template }) {
  const [received, expected] = [row.received, row.expected].map((text) => bytesOf(text, template));
  return el(
    "article.comparison",
    { "data-matches": String(row.matches) },
    el("h3", icon(row.matches ? "pass" : "fail"), `${capital(keyName(row, report))} × ${signatureName(row.signature, report)}`, el("span.detail", row.matches ? "matches" : insight(expected, received, row))),
    el("div.grids", received && pair(expected, received)),
    el("p.detail.line", "Expected: ", el("code.wrap", `${template?.prefix ?? "v1,"}${row.expected}`)),
  );
}

/** The bytes of a signature as its sender writes them; undefined for any other text. */
function bytesOf(text, template) {
  if (template?.encoding !== "hex") return fromBase64(text);
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Uint8Array.from(text.match(/../g), (digits) => parseInt(digits, 16)) : undefined;
}

/** A signature against each public key, or a token against each secret: what was expected cannot be shown, or is the secret. */
function withoutExpected({ index }, report, { form, template }) {
  const rows = report.comparisons.filter((row) => row.signature === index && row.expected === undefined);
  if (rows.length === 0) return undefined;
  const isToken = form === "token";
  const received = isToken ? undefined : bytesOf(rows[0].received, template);
  const matches = rows.some((row) => row.matches);
  return el(
    "article.comparison",
    { "data-matches": String(matches) },
    el("h3", icon(matches ? "pass" : "fail"), isToken ? "The token" : capital(signatureName(index, report)), el("span.detail", isToken ? "compared as it is" : "a public key can verify a signature, but not compute one")),
    el("div.grids", received && grid(received, "received")),
    el("ul.tried", rows.map((row) => el("li", { "data-matches": String(row.matches) }, icon(row.matches ? "pass" : "fail"), `${capital(keyName(row, report))} ${row.matches ? "matches" : "does not match"}`))),
  );
}

const keyName = ({ secret, key }, { secrets }) => (secret === undefined ? `key ${key} of the set` : secrets.length > 1 ? `secret ${secret + 1}` : secrets[0]?.kind === "hmac" ? "the secret" : "the public key");
const signatureName = (index, { signatures }) => (signatures.length > 1 ? `signature ${index + 1}` : "the signature");

/** What the number of differing bytes suggests. */
function insight(expected, received, { received: text }) {
  if (received === undefined) return "not written as this sender writes signatures";
  if (received.length !== expected.length) return `${received.length} bytes instead of ${expected.length}`;
  const differing = differences(expected, received).length;
  if (differing === 0) return `the same bytes in another spelling (${text.length} characters)`;
  if (differing <= 4) return `${differing} of ${expected.length} bytes differ: the signature itself was changed`;
  return `${differing} of ${expected.length} bytes differ: another key, or other bytes were signed`;
}

const differences = (a, b) => [...a.keys()].filter((at) => a[at] !== b[at]);

function pair(expected, received) {
  const marked = new Set(differences(expected, received));
  return [grid(expected, "expected", marked), grid(received, "received", marked)];
}

/** The picture is decoration; the words beside it say the same. */
function grid(bytes, name, marked) {
  const cells = [...bytes].map((byte, at) => el("span", { class: marked?.has(at) ? "cell differs" : "cell" }, toHex(byte)));
  const words = `${name}: ${[...bytes].map(toHex).join(" ")}${marked && name === "received" ? `; ${marked.size} bytes differ` : ""}`;
  return el("figure.grid", { "data-grid": name }, el("figcaption", name), el("div.cells", { "aria-hidden": "true" }, cells), el("p.hidden", words));
}
