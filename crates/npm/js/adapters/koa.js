// The entry `countersign/koa`.
import { onIncoming } from "./node.js";

export function webhook(verifier, handler, options) {
  const { receive } = onIncoming(verifier, handler, options);
  return async (context) => {
    const { status, headers, body } = await receive(context.req, () => context.request.rawBody ?? context.request.body, context.originalUrl);
    context.status = status;
    context.set(headers);
    if (!context.req.complete) context.set("connection", "close");
    // Koa takes other bytes than a `Buffer` for an object.
    context.body = status === 204 ? null : typeof body === "string" ? body : Buffer.from(body);
  };
}
