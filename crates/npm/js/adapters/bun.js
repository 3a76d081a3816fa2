// The entry `countersign/bun`: a handler of `Bun.serve`. It also fits `Deno.serve`.
import { onRequest } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  return (request) => receive(request);
}
