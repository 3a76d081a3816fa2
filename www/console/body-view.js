// A body: as JSON with line breaks, as it was sent, or as bytes.
import { el } from "../src/dom.js";
import { textOf, toHex } from "../src/encoding.js";
import { button } from "./parts.js";
import { foreign, size } from "./text.js";

const MODES = [["pretty", "Pretty"], ["raw", "Raw"], ["hex", "Hex"]];
/** The most of a body that is drawn. Downloading gives all of it. */
const [MOST_TEXT, MOST_BYTES] = [200_000, 4_096];

/** The body with the buttons that choose how it is shown. */
export function bodyView(body, mode) {
  const [text, rest] = written(body, mode);
  return el(
    "div",
    el("div.part-head", el("div.segments.modes", { role: "group", "aria-label": "Show as" }, MODES.map(([name, label]) => button("mode", label, { "data-mode": name, "aria-pressed": String(name === mode) }))), el("p.buttons", button("copy-body", "Copy", { class: "small" }), button("download", "Download", { class: "small" }))),
    el("pre.body-text", { tabindex: "0", role: "region", "aria-label": "Body" }, foreign(text)),
    rest > 0 && el("p.hint", `${size(rest)} more are not shown. Download the body to see all of it.`),
  );
}

function written(body, mode) {
  const text = textOf(body);
  if (mode === "hex" || text === undefined) return [hex(body.subarray(0, MOST_BYTES)), Math.max(0, body.length - MOST_BYTES)];
  const whole = mode === "pretty" ? pretty(text) : text;
  return [whole.slice(0, MOST_TEXT), Math.max(0, whole.length - MOST_TEXT)];
}

/** JSON with line breaks. Numbers that JavaScript would change stay as they are, because nothing is parsed and printed again. */
function pretty(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let [out, depth] = ["", 0];
  const line = () => `\n${"  ".repeat(Math.min(depth, 40))}`;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[[\]{},:]|[^\s"[\]{},:]+/g)) {
    if (token === "{" || token === "[") {
      depth += 1;
      out += token + line();
    } else if (token === "}" || token === "]") {
      depth -= 1;
      out += line() + token;
    } else {
      out += token === "," ? `,${line()}` : token === ":" ? ": " : token;
    }
  }
  return out;
}

function hex(body) {
  const lines = [];
  for (let at = 0; at < body.length; at += 16) {
    const part = [...body.subarray(at, at + 16)];
    const words = part.map(toHex).join(" ").padEnd(48);
    lines.push(`${at.toString(16).padStart(6, "0")}  ${words} ${part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("")}`);
  }
  return lines.join("\n");
}
