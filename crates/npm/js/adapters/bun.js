// The entry `countersign/bun`: a handler of `Bun.serve`. It also fits `Deno.serve`, and `fetch` of a Worker.
import { onRequest, waiting } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  return (request, _, context) => receive(request, waiting(context));
}
