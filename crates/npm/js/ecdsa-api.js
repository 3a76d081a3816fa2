// The exports of `countersign/ecdsa`, which `ecdsa.d.ts` documents.
export { WebhookVerificationError } from "./error.js";
export * from "./ecdsa-senders.js";
