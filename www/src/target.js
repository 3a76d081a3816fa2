// The URL and the method of a pasted request, for senders that sign them.
import { textOf, utf8 } from "./encoding.js";

/**
 * The URL as the sender called it, and the method, `{ url, method }`. A log often has the path alone, or the URL behind a proxy: then the
 * headers say the rest.
 */
export function targetOf({ url, method, headers }) {
  const whole = (name) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  const value = (name) => whole(name)?.split(",")[0].trim();
  const host = value("x-forwarded-host") ?? forwarded(whole("forwarded"), "host") ?? value("host") ?? value(":authority");
  const protocol = value("x-forwarded-proto") ?? forwarded(whole("forwarded"), "proto") ?? value(":scheme");
  const verb = method ?? whole(":method") ?? "";
  return { url: absolute(url ?? whole(":path"), host, protocol), method: /^[a-z]+$/i.test(verb) ? verb.toUpperCase() : undefined };
}

/** What the first of several proxies noted, unless it is more than a name: https://www.rfc-editor.org/rfc/rfc7239#section-4 */
const forwarded = (value, name) => new RegExp(`(?:^|;)\\s*${name}="?([\\w.:[\\]-]+)"?\\s*(?:;|$)`, "i").exec(value?.split(",")[0] ?? "")?.[1];

function absolute(url, host, protocol) {
  const [, scheme, authority, target] = /^(?:(https?):\/\/([^/?#\s]+))?([/?][^#\s]*)?$/i.exec(url ?? "") ?? [];
  const known = authority === undefined || (isLocal(authority) && host !== undefined) ? host : authority;
  if (known === undefined || !/^[\w.:[\]-]+$/.test(known) || (authority === undefined && target === undefined)) return undefined;
  const own = scheme === undefined || known !== authority ? (isLocal(known) ? "http" : "https") : scheme.toLowerCase();
  return `${["http", "https"].includes(protocol) ? protocol : own}://${known}${target ?? "/"}`;
}

const isLocal = (host) => /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])(?::\d+)?$/i.test(host);

/** What a logged request, or what holds it, says of its target: `{ url?, method? }`. Sources: Express, API Gateway, HAR, Postman, Werkzeug. */
export function targetIn(...holders) {
  const members = holders.filter((holder) => holder !== null && typeof holder === "object" && !Array.isArray(holder));
  const text = (...values) => values.find((value) => typeof value === "string" && value !== "");
  const url = (holder) => {
    const { url, originalUrl, original_url, uri, rawPath, path } = holder;
    const query = queryOf(holder);
    // A REST API of API Gateway leaves the stage out of `path`.
    const called = text(rawPath, holder.requestContext?.path, path);
    return text(originalUrl, original_url, url, url?.raw, uri, called && query && !called.includes("?") ? `${called}?${query}` : called);
  };
  const method = ({ method, httpMethod, requestContext }) => text(method, httpMethod, requestContext?.http?.method);
  const first = (read) => members.map(read).find((value) => value !== undefined);
  return { url: first(url), method: first(method) };
}

/** The query, encoded, if it is not in the path. A load balancer passes parameters as they came, and a REST API decodes them. */
function queryOf({ rawQueryString, multiValueQueryStringParameters, queryStringParameters, requestContext }) {
  if (typeof rawQueryString === "string") return rawQueryString;
  const given = multiValueQueryStringParameters ?? queryStringParameters;
  if (given === null || typeof given !== "object") return "";
  // Half of a surrogate pair cannot be encoded.
  const encoded = requestContext?.elb ? String : (text) => encodeURIComponent(textOf(utf8(String(text))));
  return Object.entries(given)
    .flatMap(([name, values]) => [values].flat().map((value) => `${encoded(name)}=${encoded(value)}`))
    .join("&");
}
