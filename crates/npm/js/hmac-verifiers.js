// What makes the functions of `countersign/hmac`, over its Wasm.
import { small } from "./hmac-instance.js";
import { withSecretsOn } from "./static.js";

/** Standard Webhooks, as lines of text. */
export const STANDARD = "standard-webhooks\nform v1\nkeys standard\nset webhook-id webhook-timestamp webhook-signature";

/** The function of a sender whose scheme is this text. */
export const withNotation = /* @__PURE__ */ withSecretsOn(small);

/** The function of a sender whose scheme is these lines. */
export const withSecrets = (...lines) => withNotation(lines.join("\n"));
