// A request as text: a line, headers, an empty line, and the body as it is.

/** The header in which `capture` notes when the delivery arrived. One that was sent could say that a recorded delivery arrived long ago. */
const ARRIVED = "countersign-arrived";

export function writtenHttp({ method, url, rawHeaders }, body, seconds) {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at].toLowerCase() !== ARRIVED) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n${ARRIVED}: ${seconds}\r\n\r\n`, "latin1"), body]);
}

const OTHER_FORMS = "the page reads curl, JSON and logs: https://github.com/countersign/countersign/blob/main/docs/runbook.md#explain-a-delivery";

/**
 * `{ headers, body, method, target, arrived }`. Lines may end with LF alone. `target` is a whole URL, if the request has one or a `host`:
 * as a proxy notes it, else by HTTPS, except to this machine.
 */
export function parseHttp(file) {
  // What editors on Windows begin a file with.
  const bytes = file.subarray(file.indexOf("\u{feff}") === 0 ? 3 : 0);
  const end = /\r?\n\r?\n/.exec(bytes.toString("latin1"));
  if (end === null) throw new Error(`the file has no empty line after the headers, so it is not the text of a request as UTF-8; ${OTHER_FORMS}`);
  const [line, ...rest] = bytes.subarray(0, end.index).toString("latin1").split(/\r?\n/);
  const [, method, path] = /^([A-Z]+) (\S+)/.exec(line) ?? [];
  if (method === undefined) throw new Error(`the file does not begin with a line like \`POST /hooks HTTP/1.1\`; ${OTHER_FORMS}`);
  const pairs = rest.map(pair);
  const valueOf = (wanted) => pairs.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const arrived = valueOf(ARRIVED);
  // Of several proxies, the first noted what the sender called.
  const noted = (name) => valueOf(name)?.split(",")[0].trim();
  const host = noted("x-forwarded-host") ?? forwarded(valueOf("forwarded"), "host") ?? valueOf("host") ?? valueOf(":authority");
  const protocol = noted("x-forwarded-proto") ?? forwarded(valueOf("forwarded"), "proto") ?? valueOf(":scheme") ?? (/^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(host) ? "http" : "https");
  const target = /^https?:/.test(path) || host === undefined ? path : `${protocol}://${host}${path}`;
  const body = bytes.subarray(end.index + end[0].length);
  return { headers: pairs.filter(([name]) => name.toLowerCase() !== ARRIVED && !name.startsWith(":")), body, method, target, arrived: arrived === undefined ? undefined : Number(arrived) };
}

/** What the first of several proxies noted, unless it is more than a name: https://www.rfc-editor.org/rfc/rfc7239#section-4 */
const forwarded = (value, name) => new RegExp(`(?:^|;)\\s*${name}="?([\\w.:[\\]-]+)"?\\s*(?:;|$)`, "i").exec(value?.split(",")[0] ?? "")?.[1];

/** Name and value of a line. Pseudo headers of HTTP/2, such as `:authority`, begin with a colon. */
function pair(line) {
  const colon = line.indexOf(":", 1);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}
