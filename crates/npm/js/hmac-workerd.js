// The same for Cloudflare Workers.
import module from "./hmac.wasm";
import { wasm } from "./hmac-api.js";

wasm.start(module);

export { Webhook, WebhookVerificationError, gemini, standard, svix } from "./hmac-api.js";
