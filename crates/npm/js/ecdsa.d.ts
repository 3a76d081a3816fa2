/** Senders that sign with ECDSA on P-256. Its WebAssembly module has 225 KB, gzipped, and is that of `countersign/jwt`. */
export { WebhookVerificationError } from "./classes.js";
export * from "./ecdsa-senders.js";
export type * from "./types.js";
