// The exports of `countersign/custom`, which `custom.d.ts` documents.
import { describer } from "./describe-instance.js";
import { descriptionOf } from "./description.js";
import { withNotation } from "./hmac-verifiers.js";
import { providePortableSha512 } from "./native.js";

export { WebhookVerificationError } from "./error.js";

/** The function of a sender that has none. */
export function hmac(given) {
  const description = descriptionOf(given);
  providePortableSha512(portableSha512);
  return withNotation(describer.call((glue) => glue.describe(description)));
}

/** By the module that reads descriptions: only a description names this hash, and `countersign/hmac` stays smaller. */
const portableSha512 = (key, message) => describer.call((glue) => glue.hmacSha512(key, message));
