// Expected and received signatures, byte by byte: one picture per key and signature.
import { byId, el, fill, icon, prose } from "./dom.js";
import { fromBase64, toHex } from "./encoding.js";

/** Pictures that are drawn; the report may hold hundreds of comparisons. */
const SHOWN = 12;
const PER_ROW = 16;

export function showComparisons(section, report) {
  section.hidden = report.comparisons.length === 0 && !report.signatures.some((row) => !row.accepted);
  if (section.hidden) return;
  const { comparisons, signatures } = report;
  const best = [...comparisons].sort((a, b) => Number(b.matches) - Number(a.matches)).slice(0, SHOWN);
  const more = comparisons.length - best.length;
  const ignored = signatures.filter((row) => !row.accepted).slice(0, SHOWN);
  fill(
    byId("comparisons"),
    best.map((row) => comparison(row, report)),
    more > 0 && el("p.detail", `and ${more} more that do not match`),
    ignored.map((row) => el("p.ignored", icon("skip"), el("span", `Signature ${row.index + 1} does not count: `, prose(row.detail ?? ""))),),
  );
}

function comparison(row, report) {
  const received = fromBase64(row.received);
  const expected = row.expected === undefined ? undefined : fromBase64(row.expected);
  const key = row.secret === undefined ? `key ${row.key} of the set` : report.secrets.length > 1 ? `secret ${row.secret + 1}` : "the secret";
  const signature = report.signatures.length > 1 ? `signature ${row.signature + 1}` : "the signature";
  return el(
    "article.comparison",
    { "data-matches": String(row.matches) },
    el("h3", icon(row.matches ? "pass" : "fail"), `${capital(key)} × ${signature}`, el("span.detail", row.matches ? "matches" : insight(expected, received, row))),
    el("div.grids", expected && received ? pair(expected, received) : received && grid(received, "received", undefined)),
    expected && el("p.detail.line", "Expected: ", el("code.wrap", `v1,${row.expected}`)),
  );
}

/** What the number of differing bytes says. */
function insight(expected, received, { received: text }) {
  if (received === undefined) return "not base64";
  if (expected === undefined) return "does not match; a public key cannot tell what would";
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

/** The picture is for eyes; the same in words is beside it. */
function grid(bytes, name, marked) {
  const cells = [...bytes].map((byte, at) => el("span", { class: marked?.has(at) ? "cell differs" : "cell" }, toHex(byte)));
  const words = `${name}: ${[...bytes].map(toHex).join(" ")}${marked && name === "received" ? `; ${marked.size} bytes differ` : ""}`;
  return el("figure.grid", { "data-grid": name, "data-columns": PER_ROW }, el("figcaption", name), el("div.cells", { "aria-hidden": "true" }, cells), el("p.hidden", words));
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
