// The exports of `countersign/hmac`, which `hmac.d.ts` documents.
import { small } from "./hmac-instance.js";
import { STANDARD } from "./hmac-verifiers.js";
import { webhookOn } from "./static.js";

export { WebhookVerificationError } from "./error.js";
export * from "./hmac-senders.js";

export const Webhook = /* @__PURE__ */ webhookOn(small, STANDARD);
