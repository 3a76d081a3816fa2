// The entry `countersign/next`: a route handler of the app folder.
import { onRequest } from "./fetch.js";

export function webhook(verifier, handler, options) {
  const receive = onRequest(verifier, handler, options);
  return (request) => receive(request);
}
