// Deliveries as a Fetch `Request`: what Hono, Next.js, SvelteKit, Bun, Deno and Workers have.
import { misuse } from "../error.js";
import { isRequest } from "../given.js";
import { Collected, broken, receiving, tooLarge } from "../receive.js";
import { hostIn, protocolIn } from "./called.js";

/** A function of a request that resolves to a response. `hostHeader` names the header that has the host, where the URL of the request has another. */
export function onRequest(verifier, handler, options, hostHeader) {
  const { limit, receive } = receiving(verifier, handler, options);
  return async (request, more) => {
    const { status, headers, body } = await receive(() => {
      if (!isRequest(request)) throw misuse("invalid_body", "the adapter was not called with a Fetch request; is it that of your framework?");
      const { method, headers } = request;
      return { method, url: targetOf(request, hostHeader), headers, body: () => bounded(request, limit), ...more };
    });
    return new Response(body === "" ? null : body, { status, headers });
  };
}

/** Has a Worker go on, after its response, with what was begun for a request. `context` is its execution context, if there is one. */
export const waiting = (context) => (typeof context?.waitUntil === "function" ? { waitUntil: (promise) => context.waitUntil(promise) } : {});

/** The URL as the sender has it. A proxy that ends TLS notes the scheme. */
function targetOf({ url, headers }, hostHeader) {
  const [scheme, host] = [protocolIn(headers.get("x-forwarded-proto")), hostHeader && hostIn(headers.get(hostHeader))];
  if (scheme === undefined && host === undefined) return url;
  const target = new URL(url);
  return `${scheme ?? target.protocol.slice(0, -1)}://${host ?? target.host}${target.pathname}${target.search}`;
}

/** The body of a request, unless it is too large: then reading stops. */
async function bounded(request, limit) {
  if (request.bodyUsed || request.body?.locked) throw misuse("invalid_body", "the request's body was read before the adapter ran: let the adapter read it, and remove the middleware that parses JSON from this route");
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge();
  const body = new Collected(limit);
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read().catch(broken)) ?? { done: true };
    if (done) break;
    // Not cancelled: SvelteKit would close the connection before it sends the response. Servers stop reading, or read the rest, by themselves.
    if (!body.add(value)) throw tooLarge();
  }
  return body.bytes;
}
