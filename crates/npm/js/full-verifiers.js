// What makes the functions of `countersign/jwt` and `countersign/ecdsa`, over the Wasm that checks RS256 and ECDSA.
import { full } from "./full-instance.js";
import { KeySetVerifier } from "./key-set-verifier.js";
import { named } from "./receivers.js";
import { withSecretsOn } from "./static.js";

/** The function of a scheme's sender. */
export const withSecrets = /* @__PURE__ */ withSecretsOn(full);

/** The function of a scheme whose sender publishes a key set. */
export const withKeySet = (scheme) => named(scheme, (options) => new KeySetVerifier(full, scheme, options, { tokens: true }));
