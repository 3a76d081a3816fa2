// The entry `countersign/fastify`: the options of a route. It reads the body before Fastify would parse it, or refuse its content type.
import { onIncoming } from "./node.js";

const encoder = new TextEncoder();

export function webhook(verifier, handler, options) {
  const { receive } = onIncoming(verifier, handler, options);
  return {
    async onRequest(request, reply) {
      const { status, headers, body } = await receive(request.raw, () => request.body);
      reply.code(status).headers(headers);
      if (!request.raw.complete) reply.header("connection", "close");
      // As bytes: Fastify would add a charset to the content type of text.
      return reply.send(body === "" ? undefined : typeof body === "string" ? encoder.encode(body) : body);
    },
    // The hook above has responded, so this never runs.
    async handler() {},
  };
}
