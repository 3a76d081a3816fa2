// A raw HTTP request, the output of `curl -v` and HTTPie, and headers alone, as lines or tables.
import { utf8 } from "./encoding.js";
import { NO_BODY } from "./paste-json.js";
import { isDelivery, isFamily, otherSender, unmarked } from "./senders.js";

const REQUEST = /^(?:> )?(GET|POST|PUT|PATCH|DELETE) (\S+)(?: HTTP\/[\d.]+)?[ \t]*\r?$/m;
const NAME = /^:?[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Also that of a pseudo header of HTTP/2, such as `:path`. */
const isName = (name) => NAME.test(name);
/** Lines of `curl -v` that are not headers it sends. */
const REMARK = /^(?:[*<{}] |[*<]\r?$|\* )/;

/** Everything from the request line on, after comments of an `.http` file or remarks of `curl -v`. */
export function http(pasted) {
  // What editors on Windows begin a file with.
  const text = pasted.replace(/^\ufeff/, "");
  const line = REQUEST.exec(text);
  if (line === null) return undefined;
  const verbose = line[0].startsWith("> ");
  const passedOver = (before) => before.trim() === "" || before.startsWith("#") || before.startsWith("//") || (verbose && REMARK.test(before));
  if (!text.slice(0, line.index).split("\n").every(passedOver) && !verbose) return undefined;
  const rest = text.slice(line.index + line[0].length).replace(/^\r?\n/, "");
  const found = block(rest, verbose ? (line) => line.replace(/^> ?/, "") : undefined);
  const [, method, url] = line;
  return { kind: verbose ? "what `curl -v` prints" : "an HTTP request", method, url, ...(verbose ? withoutRemarks(found) : withoutAnswer(found)) };
}

/** Header lines, and the body after an empty line, if there is one. */
export function headerBlock(text) {
  const found = block(text.replace(/^\s+/, ""));
  return isDelivery(found.headers) || unmarked(found.headers) !== undefined ? { kind: "header lines", ...withText(found) } : undefined;
}

/** A table: names and values separated by a tab or bars, or on alternate lines, as network panels copy them. */
export function table(text) {
  const lines = text.split("\n").map((line) => line.trim());
  const rows = lines.map(cells);
  const first = rows.findIndex((row) => row !== undefined);
  const end = rows.findIndex((row, at) => at > first && row === undefined);
  const headers = rows.slice(first, end < 0 ? rows.length : end).filter(([name]) => isName(name));
  if (first >= 0 && isDelivery(headers)) return { kind: "a table of headers", ...withText({ headers, notes: [], body: end < 0 ? "" : text.split("\n").slice(end).join("\n").replace(/^\s+/, "") }) };
  return inTurn(text);
}

/** Name and value of a row, separated by a tab, bars (also those of `console.table`) or several spaces. A border has neither. */
function cells(line) {
  if (/^[-+|:= ]*[-=]{2,}[-+|:= ]*$|^[┌├└]/.test(line)) return ["", ""];
  const bars = /^[|│].*[|│]$/.test(line) ? line.slice(1, -1).split(/[|│]/) : undefined;
  const gap = line.includes("\t") ? line.indexOf("\t") : (/^[!-~]+(?= {2})/.exec(line)?.[0].length ?? -1);
  const parts = bars ?? (gap > 0 ? [line.slice(0, gap), line.slice(gap + 1)] : []);
  if (parts.length !== 2) return undefined;
  return [unquoted(parts[0]).replace(/:$/, "").toLowerCase(), unquoted(parts[1])];
}

const unquoted = (text) => /^([`'"]?)(.*)\1$/s.exec(text.trim())[2];

function inTurn(text) {
  const lines = text.split("\n").map((line) => line.trim());
  const isAName = (line) => line !== undefined && isName(line.replace(/:$/, ""));
  const known = lines.findIndex((line) => isFamily(line.replace(/:$/, "")) || otherSender([[line.replace(/:$/, ""), ""]]) !== undefined);
  if (known < 0) return undefined;
  let first = known;
  while (first >= 2 && isAName(lines[first - 2]) && lines[first - 1] !== "") first -= 2;
  const headers = [];
  let at = first;
  for (; isAName(lines[at]) && lines[at + 1] !== undefined; at += 2) headers.push([lines[at].replace(/:$/, "").toLowerCase(), lines[at + 1]]);
  if (headers.length < 2 || !isDelivery(headers)) return undefined;
  return { kind: "a table of headers", ...withText({ headers, notes: [], body: text.split("\n").slice(at).join("\n").replace(/^\s+/, "") }) };
}

/** Header lines up to an empty line; the rest is the body, as text. */
function block(text, strip = (line) => line.replace(/^[<>] /, "")) {
  const headers = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at) + 1 || text.length;
    const line = strip(text.slice(at, end).replace(/\r?\n$/, ""));
    const header = headerOf(line);
    if (header === undefined) {
      at = /^[<>]?\s*$/.test(line) ? end : at;
      break;
    }
    at = end;
    if (header[1] === "") [header[1], at] = below(text, at);
    headers.push(header);
  }
  return { headers, notes: [], body: text.slice(at) };
}

function headerOf(line) {
  const colon = line.indexOf(":", 1);
  const name = line.slice(0, Math.max(colon, 0));
  return isName(name) ? [name, line.slice(colon + 1).trim()] : undefined;
}

/** A value on the line below its name, as a browser's network panel copies headers. */
function below(text, at) {
  const end = text.indexOf("\n", at) + 1 || text.length;
  const line = text.slice(at, end).trim();
  return line === "" || headerOf(line) !== undefined ? ["", at] : [line, end];
}

const withText = ({ body, ...found }) => ({ ...found, body: body === "" ? undefined : utf8(body) });

/** `curl -v` prints the response, and of the request only the headers. */
function withoutRemarks(found) {
  const lines = found.body.split("\n");
  const first = lines.findIndex((line) => !REMARK.test(line) && line.trim() !== "");
  if (lines.some((line) => /^< HTTP\//.test(line)) || first < 0) return { ...found, notes: [`\`curl -v\` does not print the body that it sends. ${NO_BODY}`], body: undefined };
  return withText({ ...found, body: REMARK.test(lines[0]) ? lines.slice(first).join("\n") : found.body });
}

/** HTTPie prints the response after the request. Another request may follow, in an `.http` file after `###`. */
function withoutAnswer(found) {
  const answer = /(?:\r?\n){2,3}HTTP\/[\d.]+ \d{3}\b/.exec(found.body);
  if (answer !== null) return upTo(found, answer.index, "The response after it was left out. HTTPie indents JSON and sorts its members unless it is called with `--pretty=none`.");
  const next = NEXT.exec(found.body);
  if (next === null) return withText(found);
  const end = found.body.slice(0, next.index).replace(/\r?\n$/, "").length;
  return upTo(found, end, "Another request below it was left out.");
}

const NEXT = /\r?\n(?:###[^\n]*\n\s{0,8}(?:GET|POST|PUT|PATCH|DELETE) \S+|(?:GET|POST|PUT|PATCH|DELETE) \S+ HTTP\/[\d.]+)[^\n]{0,20}\n/;

const upTo = (found, end, note) => withText({ ...found, notes: [note], body: found.body.slice(0, end) });
