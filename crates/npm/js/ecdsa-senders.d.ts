// The senders of `countersign/ecdsa`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import type { Secrets, StaticOptions, Verifier } from "./types.js";

/**
 * Verifies webhooks of [SendGrid](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features): ECDSA on P-256 in `x-twilio-email-event-webhook-signature`.
 *
 * @example
 * ```js
 * import { sendgrid } from "countersign/ecdsa";
 *
 * const webhooks = sendgrid(process.env.WEBHOOK_SECRET);
 * const { id, event } = await webhooks.unwrap(request);
 * ```
 */
export function sendgrid<E = unknown>(secrets: Secrets, options?: StaticOptions): Verifier<E>;
