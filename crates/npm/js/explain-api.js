// The exports of `countersign/explain`, which `explain.d.ts` documents.
import { secretsOf } from "./check.js";
import { misuse } from "./error.js";
import { TOKEN, documentOf, trimmed } from "./key-set-verifier.js";
import { optionsOf, withHeader } from "./options.js";
import { receiverOf } from "./receivers.js";
import { inspected } from "./report.js";
import { SECRET } from "./static.js";

const RECEIVER = ["scheme", "secrets", "header", "jwks", ...SECRET, ...TOKEN];

/** Explains what a verifier makes of a delivery. */
export function inspect(verifier, ...given) {
  return inspected(given, () => {
    const receiver = typeof verifier === "object" && verifier !== null ? receiverOf(verifier) : undefined;
    if (receiver === undefined) throw misuse("config_invalid", "the first argument is the verifier, like `inspect(gemini(secret), request)`, made by the same copy of this package");
    return receiver();
  });
}

/** Explains without a verifier, because the receiver's configuration may be what is wrong. */
export function explain(receiver, ...given) {
  return inspected(given, () => {
    const { secrets = [], jwks, scheme, header, ...settings } = optionsOf(receiver, RECEIVER);
    const none = Array.isArray(secrets) && secrets.length === 0;
    return { settings: { ...trimmed(settings), scheme: withHeader(String(scheme), header) }, secrets: none ? [] : secretsOf(secrets), keys: async () => documentOf(jwks) };
  });
}
