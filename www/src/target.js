// The URL and the method of a pasted request, for senders that sign them.

/**
 * The URL as the sender called it, and the method, `{ url, method }`. A log often has the path alone, or the URL behind a proxy: then the
 * headers say the rest.
 */
export function targetOf({ url, method, headers }) {
  const whole = (name) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  const value = (name) => whole(name)?.split(",")[0].trim();
  const host = value("x-forwarded-host") ?? value("host") ?? value(":authority");
  const protocol = value("x-forwarded-proto") ?? value(":scheme");
  const verb = method ?? whole(":method") ?? "";
  return { url: absolute(url ?? whole(":path"), host, protocol), method: /^[a-z]+$/i.test(verb) ? verb.toUpperCase() : undefined };
}

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
  const url = ({ url, originalUrl, original_url, uri, rawPath, rawQueryString, path }) => {
    const query = text(rawQueryString);
    return text(originalUrl, original_url, url, url?.raw, uri, rawPath && query ? `${rawPath}?${query}` : rawPath, path);
  };
  const method = ({ method, httpMethod, requestContext }) => text(method, httpMethod, requestContext?.http?.method);
  const first = (read) => members.map(read).find((value) => value !== undefined);
  return { url: first(url), method: first(method) };
}
