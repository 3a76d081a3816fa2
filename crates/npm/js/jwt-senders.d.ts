// The senders of `countersign/jwt`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import type { IdentityOptions } from "./jwt.js";
import type { Verifier } from "./types.js";

/**
 * Verifies webhooks of [Google Pub/Sub](https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions): an OpenID Connect token (RS256) in `authorization`.
 *
 * @example
 * ```js
 * import { googlePubsub } from "countersign/jwt";
 *
 * const webhooks = googlePubsub({ audience: process.env.AUDIENCE, email: process.env.SENDER_EMAIL });
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function googlePubsub<E = unknown>(options: IdentityOptions): Verifier<E>;
