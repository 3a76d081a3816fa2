// The verifier of senders with secrets, which also explains.
import { secretsOf } from "./check.js";
import { core, full } from "./instances.js";
import { optionsOf, withHeader } from "./options.js";
import { inspected } from "./report.js";
import { SECRET, StaticVerifier } from "./static.js";

/** Verifies with secrets, and explains. */
class SecretVerifier extends StaticVerifier {
  #settings;
  #secrets;

  constructor(settings, secrets) {
    // The second Wasm alone has the curve that ECDSA needs. The keys are read here all the same, so that a faulty one is reported now.
    const ecdsa = core.call((glue) => glue.signsByEcdsa(settings.scheme));
    super(core, settings, secrets, ecdsa ? full : undefined);
    [this.#settings, this.#secrets] = [settings, secrets];
  }

  inspect(...given) {
    return inspected(given, () => ({ settings: this.#settings, secrets: this.#secrets }));
  }
}

/** The function of a scheme's sender. */
export const withSecrets = (scheme) => (secrets, options) => new SecretVerifier({ scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets));

/** The function of a scheme whose token is in a header that the receiver chose at the sender. */
export const withToken = (scheme) => (secrets, options) => {
  const { header, ...settings } = optionsOf(options, [...SECRET, "header"]);
  return new SecretVerifier({ scheme: withHeader(scheme, header), ...settings }, secretsOf(secrets));
};
