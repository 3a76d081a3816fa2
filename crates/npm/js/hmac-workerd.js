// The entry `countersign/hmac` for Cloudflare Workers, which take Wasm as a module.
import module from "./hmac.wasm";
import { wasm } from "./hmac-api.js";

wasm.start(module);

export { Webhook, WebhookVerificationError, gemini, standard, svix } from "./hmac-api.js";
