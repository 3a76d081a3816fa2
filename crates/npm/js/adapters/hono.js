// The entry `countersign/hono`.
import { onRequest } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  return (context) => receive(context.req.raw, waiting(context));
}

/** Hono throws if there is no execution context, as in Node. */
function waiting(context) {
  try {
    const { executionCtx } = context;
    return { waitUntil: (promise) => executionCtx.waitUntil(promise) };
  } catch {
    return {};
  }
}
