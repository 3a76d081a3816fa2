// The entry `countersign/next`: a route handler of the app folder.
import { onRequest } from "./fetch.js";

export function webhook(verifier, handler, options) {
  // `next start` has its own address in the URL, and notes the host that was called.
  const receive = onRequest(verifier, handler, options, "x-forwarded-host");
  return (request) => receive(request);
}
