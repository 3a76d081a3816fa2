// The entry `countersign/hono`.
import { onRequest, waiting } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  return (context) => receive(context.req.raw, waiting(executionContext(context)));
}

/** Hono throws if there is no execution context, as in Node. */
function executionContext(context) {
  try {
    return context.executionCtx;
  } catch {
    return undefined;
  }
}
