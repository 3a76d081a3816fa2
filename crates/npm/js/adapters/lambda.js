// The entry `countersign/lambda`: a function behind API Gateway, a load balancer or a function URL.
import { misuse } from "../error.js";
import { arrange } from "../given.js";
import { TooLarge, receiving } from "../receive.js";

export function webhook(verifier, handler, options) {
  const { limit, receive } = receiving(verifier, handler, options);
  return async (event) => {
    const { status, headers, body } = await receive(async () => {
      const { payload, headers, url } = arrange([event]);
      if (headers === undefined) throw misuse("invalid_body", "the adapter was not called with an event of an HTTP request");
      if (payload.length > limit) throw new TooLarge();
      return [payload, headers, { url: targetOf(event, headers, url), method: event.requestContext?.http?.method ?? event.httpMethod }];
    });
    return { statusCode: status, headers, body };
  };
}

/** The URL as the sender has it. Lambda has its parts. */
function targetOf(event, headers, path) {
  const host = event.requestContext?.domainName ?? [Object.entries(headers).find(([name]) => name.toLowerCase() === "host")?.[1]].flat()[0];
  const query = event.rawQueryString ?? new URLSearchParams(event.queryStringParameters ?? {}).toString();
  return host === undefined ? path : `https://${host}${path}${query ? `?${query}` : ""}`;
}
