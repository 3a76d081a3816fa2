// The senders of `countersign/ecdsa`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import { withSecrets } from "./full-verifiers.js";

export const sendgrid = /* @__PURE__ */ withSecrets("sendgrid");
