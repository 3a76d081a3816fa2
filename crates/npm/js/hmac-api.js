// The exports of `countersign/hmac`, which `hmac.d.ts` documents.
import { STANDARD, wasm } from "./hmac-verifier.js";
import { webhookOn } from "./static.js";

export { WebhookVerificationError } from "./error.js";
export * from "./hmac-senders.js";

export const Webhook = webhookOn(wasm, STANDARD);
