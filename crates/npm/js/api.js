// The exports of `countersign`, which `index.d.ts` documents.
import { secretsOf } from "./check.js";
import { core } from "./instances.js";
import { TOKEN, documentOf } from "./key-set-verifier.js";
import { optionsOf, withHeader } from "./options.js";
import { inspected } from "./report.js";
import { SECRET, webhookOn } from "./static.js";

export { WebhookVerificationError } from "./error.js";
export * from "./senders.js";

export const Webhook = webhookOn(core, "standard-webhooks");

const RECEIVER = ["scheme", "secrets", "header", "jwks", ...SECRET, ...TOKEN];

/** Explains without a verifier, because the receiver's configuration may be what is wrong. */
export function explain(receiver, ...given) {
  return inspected(given, () => {
    const { secrets = [], jwks, scheme, header, ...settings } = optionsOf(receiver, RECEIVER);
    const none = Array.isArray(secrets) && secrets.length === 0;
    return { settings: { ...settings, scheme: withHeader(String(scheme), header) }, secrets: none ? [] : secretsOf(secrets), keys: async () => documentOf(jwks) };
  });
}
