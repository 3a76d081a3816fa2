// Header names as programs print them: CGI's `HTTP_WEBHOOK_ID`, `headers.webhook-id` in a flat log, `webhook_id`.

import { isTelling } from "./senders.js";

/** Pairs with HTTP's names, in lower case. From a CGI environment, only the headers. */
export function named(pairs) {
  const cgi = pairs.some(([name]) => /^HTTP_[A-Z0-9_]+$/.test(name));
  const headers = cgi ? pairs.filter(([name]) => /^(?:HTTP_|CONTENT_TYPE$)/.test(name)) : pairs;
  return headers.map(([name, value]) => [cgi ? name.replace(/^HTTP_/, "").replaceAll("_", "-").toLowerCase() : plain(name.toLowerCase()), value]);
}

function plain(name) {
  const known = name.slice(name.lastIndexOf(".") + 1).replaceAll("_", "-");
  return isTelling(known) ? known : name.slice(/^(?:.*\.)?headers?\./.exec(name)?.[0].length ?? 0);
}
