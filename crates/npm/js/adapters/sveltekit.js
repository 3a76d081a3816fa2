// The entry `countersign/sveltekit`: a request handler of `+server.js`.
import { onRequest, waiting } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  // What the adapter for Cloudflare gives, by either of its names.
  return ({ request, platform }) => receive(request, waiting(platform?.ctx ?? platform?.context));
}
