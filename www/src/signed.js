// The signed bytes, each part in its colour, as text with visible control characters, or in hex.
import { byId, el, fill } from "./dom.js";
import { fromBase64, toHex, utf8 } from "./encoding.js";
import { visible } from "./visible.js";

/** The number of bytes that are drawn; a body may be a megabyte. */
const SHOWN = 4096;
const PER_ROW = 16;

/** The parts, by the report's names: the colour of each, and what it is called. */
const KINDS = {
  id: ["id", "id"],
  timestamp: ["timestamp", "timestamp"],
  text: ["fixed", "fixed text"],
  header: ["request", "header"],
  method: ["request", "method"],
  url: ["request", "URL"],
  body: ["body", "body"],
  body_sha256: ["body", "SHA-256 of the body"],
  derived: ["derived", "made from the URL or the body"],
  fields: ["derived", "members of the body"],
  token: ["body", "header and claims of the token"],
};

export function showSigned(section, report, body) {
  section.hidden = report.signed === undefined;
  if (section.hidden) return;
  const hex = byId("signed-hex").checked;
  const parts = partsOf(report.signed, body);
  const length = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const shown = parts.map((part) => ({ ...part, bytes: part.bytes.subarray(0, SHOWN) }));
  fill(byId("signed-bytes"), hex ? rows(shown) : shown.map(text));
  byId("signed-bytes").hidden = parts.length === 0;
  const cut = parts.some(({ bytes }) => bytes.length > SHOWN) ? `; the first ${SHOWN.toLocaleString("en")} bytes of each part are shown` : "";
  const about = parts.length === 0 ? NOTHING : `${length.toLocaleString("en")} bytes${cut}${parts.some(({ kind }) => kind === "body") ? "" : "; the body itself is not among them"}`;
  fill(byId("signed-legend"), legend(parts), el("span.detail", about));
  fill(byId("signed-marks"), marks(report.body, body).map(([word, detail]) => el("li", { "data-mark": word }, el("strong", word), ` ${detail}`)));
}

const NOTHING = "Nothing is signed: the header holds the secret itself. It proves who sent the delivery, and nothing about the body.";

const partsOf = (signed, body) => signed.map(({ part, text, base64 }) => ({ part, kind: KINDS[part][0], name: KINDS[part][1], bytes: text !== undefined ? utf8(text) : base64 !== undefined ? fromBase64(base64) : body }));

/** The parts in their order. A fixed text stands for itself. */
function legend(parts) {
  return parts.flatMap(({ part, kind, name, bytes }) => [el(`span.part-${kind}`, part === "text" ? visible(bytes) : name), " "]);
}

function text({ kind, name, bytes }) {
  return el(`span.part-${kind}`, { title: name }, visible(bytes));
}

function rows(parts) {
  const cells = parts.flatMap(({ kind, bytes }) => [...bytes].map((byte) => ({ kind, byte })));
  const starts = Array.from({ length: Math.ceil(cells.length / PER_ROW) }, (_, row) => row * PER_ROW);
  return starts.map((at) => {
    const row = cells.slice(at, at + PER_ROW);
    const printed = ({ byte }) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : byte === 0x20 ? " " : "·");
    const runs = (show) => runsOf(row).map(([kind, run]) => el(`span.part-${kind}`, run.map(show).join("")));
    const filling = "   ".repeat(PER_ROW - row.length);
    return el("span.hex-row", el("span.offset", at.toString(16).padStart(4, "0")), "  ", runs(({ byte }) => `${toHex(byte)} `), filling, " ", runs(printed), "\n");
  });
}

function runsOf(row) {
  const runs = [];
  for (const cell of row) {
    if (runs.at(-1)?.[0] === cell.kind) runs.at(-1)[1].push(cell);
    else runs.push([cell.kind, [cell]]);
  }
  return runs;
}

function marks(body, bytes) {
  const found = [];
  if (body.bytes === 0) found.push(["Empty", "the body has no bytes"]);
  if (body.bom) found.push(["BOM", "a byte order mark is in front"]);
  if (!body.utf8) found.push(["Not UTF-8", "some bytes are no text"]);
  if (body.crlf > 0) found.push(["CR LF", `ends ${lines(body.crlf)}`]);
  if (body.lf > 0) found.push(["LF", `ends ${lines(body.lf)}`]);
  if (body.finalNewline) found.push(["Final newline", "the body ends in one"]);
  const layout = layoutOf(bytes);
  if (layout !== undefined) found.push(layout);
  return found;
}

const lines = (count) => (count === 1 ? "1 line" : `${count.toLocaleString("en")} lines`);

/** The layout of JSON: most senders send it without white space, so any other layout may have been written on the way. */
function layoutOf(bytes) {
  const text = new TextDecoder().decode(bytes.subarray(0, SHOWN)).trim();
  if (!/^[{[]/.test(text)) return undefined;
  if (/^[{[]\r?\n/.test(text)) return ["Indented JSON", "was it written again on the way?"];
  if (/^\{"[^"]*": /.test(text)) return ["Spaced JSON", "as Python writes it"];
  return ["Compact JSON", "as most senders write it"];
}
