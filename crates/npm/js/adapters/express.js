// The entry `countersign/express`. It also fits `node:http`, Connect, and API routes of Next.js' pages.
import { onIncoming, respond } from "./node.js";

export function webhook(verifier, handler, options) {
  const { receive } = onIncoming(verifier, handler, options);
  return async (request, response) => respond(request, response, await receive(request, () => request.body));
}
