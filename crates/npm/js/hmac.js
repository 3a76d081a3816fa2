// The entry `countersign/hmac`, with its Wasm inside.
import bytes from "./hmac-bytes.js";
import { wasm } from "./hmac-api.js";

wasm.start(bytes());

export { Webhook, WebhookVerificationError, gemini, standard, svix } from "./hmac-api.js";
