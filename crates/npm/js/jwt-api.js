// The exports of `countersign/jwt`, which `jwt.d.ts` documents.
export { WebhookVerificationError } from "./error.js";
export * from "./jwt-senders.js";
