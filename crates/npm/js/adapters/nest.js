// The entry `countersign/nest`: middleware, so that it runs before Nest's body parser. `app.use(path, webhook(…))` before `app.listen`.
import { onIncoming, respond } from "./node.js";

export function webhook(verifier, handler, options) {
  const { methods, receive } = onIncoming(verifier, handler, options);
  return async (request, response, next) => {
    if (!methods.includes(request.method)) return next();
    return respond(request, response, await receive(request, () => request.body));
  };
}
