// Deliveries as Node's `IncomingMessage`, and responses through its `ServerResponse`: what Express, Nest, Koa and Fastify are built on.
import { misuse } from "../error.js";
import { BODY } from "../given.js";
import { Collected, broken, receiving, tooLarge } from "../receive.js";
import { hostIn, protocolIn } from "./called.js";

/**
 * The `methods` that a receiver answers, and `receive`: a function of Node's request that resolves to `{ status, headers, body }`. `parsed`
 * returns what a framework holds as its body, and throws where that is read from the request and cannot be. `noted` is the path and query that
 * the framework was called with, where it notes them elsewhere than on Node's request: an application that is mounted at a path may cut it off.
 * Around the framework there may be another, such as Express, which notes the whole on Node's request.
 */
export function onIncoming(verifier, handler, options) {
  const { limit, methods, receive } = receiving(verifier, handler, options);
  return {
    methods,
    receive: (request, parsed, noted) =>
      receive(() => ({ method: request.method, url: targetOf(request, noted), headers: request.headers, body: () => bodyOf(request, parsed, limit) })),
  };
}

/** Writes a response, and has the connection closed if the request was not read to its end. Another middleware, such as a timeout, may have responded. */
export function respond(request, response, { status, headers, body }) {
  if (response.headersSent) return;
  response.writeHead(status, { ...headers, ...(request.readableEnded || request.complete ? {} : { connection: "close" }) });
  response.end(body);
}

/** The URL as the sender has it, as far as the request shows: proxies set the `x-forwarded-*` headers. */
function targetOf({ headers, socket, originalUrl, url }, noted) {
  const protocol = protocolIn(headers["x-forwarded-proto"]) ?? (socket?.encrypted ? "https" : "http");
  return `${protocol}://${hostIn(headers["x-forwarded-host"]) ?? hostIn(headers.host) ?? hostIn(headers[":authority"]) ?? "localhost"}${originalUrl ?? noted ?? url}`;
}

/** The raw body: the stream if nobody read it, or the bytes that a framework kept. */
async function bodyOf(request, parsed, limit) {
  if (!request.readableDidRead) return streamed(request, limit);
  const kept = [request.rawBody, parsed()].find((body) => typeof body === "string" || ArrayBuffer.isView(body));
  if (kept === undefined) throw misuse("invalid_body", `${CONSUMED}; ${BODY}`);
  const bytes = typeof kept === "string" ? encoder.encode(kept) : kept;
  if (bytes.byteLength > limit) throw tooLarge();
  return bytes;
}

const encoder = new TextEncoder();

const CONSUMED = "the body was parsed before the adapter ran, and a signature covers the exact bytes that were sent: register the webhook's route before `express.json()` and other parsers, or keep the bytes as `request.rawBody`";

async function streamed(request, limit) {
  if (Number(request.headers["content-length"]) > limit) throw tooLarge();
  const body = new Collected(limit);
  try {
    // `for await` would destroy the request, and with it the connection, before the response is written.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) if (!body.add(chunk)) throw tooLarge();
  } catch (error) {
    broken(error);
  }
  return body.bytes;
}
