// The exports of `countersign/custom`, which `custom.d.ts` documents.
import { describer } from "./describe-instance.js";
import { descriptionOf } from "./description.js";
import { withNotation } from "./hmac-verifiers.js";

export { WebhookVerificationError } from "./error.js";

/** The function of a sender that has none. */
export function hmac(given) {
  const description = descriptionOf(given);
  return withNotation(describer.call((glue) => glue.describe(description)));
}
