// What makes the functions of `countersign`, over its Wasm.
import { secretsOf } from "./check.js";
import { core } from "./core-instance.js";
import { KeySetVerifier } from "./key-set-verifier.js";
import { optionsOf, withHeader } from "./options.js";
import { named } from "./receivers.js";
import { SECRET, StaticVerifier, withSecretsOn } from "./static.js";

/** The function of a scheme's sender. */
export const withSecrets = /* @__PURE__ */ withSecretsOn(core);

/** The function of a scheme whose token is in a header that the receiver chose at the sender. */
export const withToken = (scheme) =>
  named(scheme, (secrets, options) => {
    const { header, ...settings } = optionsOf(options, [...SECRET, "header"]);
    return new StaticVerifier(core, { scheme: withHeader(scheme, header), ...settings }, secretsOf(secrets));
  });

/** The function of a scheme whose sender publishes a key set. */
export const withKeySet = (scheme) => named(scheme, (options) => new KeySetVerifier(core, scheme, options));
