// A raw HTTP request, and a block of header lines.
import { utf8 } from "./encoding.js";

const REQUEST = /^(?:[<>] )?(GET|POST|PUT|PATCH|DELETE) \S+(?: HTTP\/[\d.]+)?[ \t]*\r?$/m;
const LINE = /^(?:[<>] )?([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*\r?$/;

/** Everything from the request line on; comments of `.http` files in front of it are passed over. */
export function http(text) {
  const line = REQUEST.exec(text);
  if (line === null || !/^(?:\s|#[^\n]*\n|\/\/[^\n]*\n)*$/.test(text.slice(0, line.index))) return undefined;
  const rest = text.slice(line.index + line[0].length).replace(/^\r?\n/, "");
  return { kind: "an HTTP request", ...block(rest) };
}

/** Header lines, with the body behind an empty line if there is one. */
export function headerBlock(text) {
  const found = block(text.replace(/^\s+/, ""));
  const known = found.headers.some(([name]) => /^(webhook|svix)-/i.test(name));
  return known ? { kind: "header lines", ...found } : undefined;
}

function block(text) {
  const [headers, notes] = [[], []];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at) + 1 || text.length;
    const line = text.slice(at, end).replace(/\n$/, "");
    const header = LINE.exec(line);
    if (header === null) {
      at = /^[<>]?\s*$/.test(line) ? end : at;
      break;
    }
    at = end;
    let value = header[2];
    if (value === "") [value, at] = below(text, at);
    headers.push([header[1], value]);
  }
  const body = text.slice(at);
  return { headers, notes, body: body === "" ? undefined : utf8(body) };
}

/** The value on the line below its name, as the network panel of a browser copies headers. */
function below(text, at) {
  const end = text.indexOf("\n", at) + 1 || text.length;
  const line = text.slice(at, end).trim();
  return line === "" || LINE.test(line) ? ["", at] : [line, end];
}
