// The exports of `countersign`, which `index.d.ts` documents.
import { secretsOf } from "./check.js";
import { WebhookVerificationError } from "./error.js";
import { core } from "./instances.js";
import { KeySetVerifier, TOKEN, documentOf } from "./key-set-verifier.js";
import { optionsOf } from "./options.js";
import { inspected } from "./report.js";
import { SECRET, StaticVerifier, webhookOn } from "./static.js";

export { WebhookVerificationError };

export const Webhook = webhookOn(core);

const RECEIVER = ["scheme", "secrets", "jwks", ...SECRET, ...TOKEN];

/** Verifies with secrets, and explains. */
class SecretVerifier extends StaticVerifier {
  #settings;
  #secrets;

  constructor(settings, secrets) {
    super(core, settings, secrets);
    [this.#settings, this.#secrets] = [settings, secrets];
  }

  inspect(...given) {
    return inspected(given, () => ({ settings: this.#settings, secrets: this.#secrets }));
  }
}

const withSecrets = (scheme) => (secrets, options) => new SecretVerifier({ scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets));
export const standard = withSecrets("standard-webhooks");
export const svix = withSecrets("svix");
export const gemini = withSecrets("gemini");
export const github = withSecrets("github");
export const stripe = withSecrets("stripe");
export const slack = withSecrets("slack");
export const geminiDynamic = (options) => new KeySetVerifier("gemini-dynamic", options);

/** Explains without a verifier, because the receiver's configuration may be what is wrong. */
export function explain(receiver, ...given) {
  return inspected(given, () => {
    const { secrets = [], jwks, ...settings } = optionsOf(receiver, RECEIVER);
    const none = Array.isArray(secrets) && secrets.length === 0;
    return { settings, secrets: none ? [] : secretsOf(secrets), keys: async () => documentOf(jwks) };
  });
}
