// Which protocol and host a sender called, from headers that anybody can send. One that holds more, such as a path, counts as absent: the URL that is
// put together with it could be another, for which the sender did sign.

/** The protocol that the first of several proxies noted, or undefined. */
export const protocolIn = (value) => firstOf(value, /^https?$/);

/** The host that the first of several proxies noted, or undefined; with its port, if it has one. */
export const hostIn = (value) => firstOf(value, /^[\w.:[\]-]+$/);

function firstOf(value, form) {
  const first = typeof value === "string" ? value.split(",")[0].trim() : "";
  return form.test(first) ? first : undefined;
}
