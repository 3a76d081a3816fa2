// The exports of `countersign`, which `index.d.ts` documents.
import { core } from "./core-instance.js";
import { webhookOn } from "./static.js";

export { WebhookVerificationError } from "./error.js";
export * from "./senders.js";

export const Webhook = /* @__PURE__ */ webhookOn(core, "standard-webhooks");
