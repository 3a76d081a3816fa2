// The entry `countersign/sveltekit`: a request handler of `+server.js`.
import { onRequest } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  return ({ request }) => receive(request);
}
