// The entry for shared secrets alone, with a Wasm a third the size.
import bytes from "./hmac-bytes.js";
import { wasm } from "./hmac-api.js";

wasm.start(bytes());

export { Webhook, WebhookVerificationError, gemini, standard, svix } from "./hmac-api.js";
