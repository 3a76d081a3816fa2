// The senders of `countersign/jwt`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import { withKeySet } from "./full-verifiers.js";

export const geminiDynamic = /* @__PURE__ */ withKeySet("gemini-dynamic");
export const googlePubsub = /* @__PURE__ */ withKeySet("google-pubsub");
