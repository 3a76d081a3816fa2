/** The event types that senders document. */

/** The event types that Google documents. An event of any other type, such as the ping's, is valid too. */
export type GeminiEventType =
  | "batch.succeeded"
  | "batch.failed"
  | "batch.expired"
  | "batch.cancelled"
  | "interaction.requires_action"
  | "interaction.completed"
  | "interaction.failed"
  | "interaction.cancelled"
  | "video.generated";

/** A text of a documented list, or any other: the list completes in editors, and a `switch` needs a `default`. */
export type Open<T extends string> = T | (string & {});

/** The types of [Stripe's events](https://docs.stripe.com/api/events/types) that most receivers handle. */
export type StripeEventType =
  | "charge.dispute.created"
  | "charge.failed"
  | "charge.refunded"
  | "charge.succeeded"
  | "checkout.session.async_payment_failed"
  | "checkout.session.async_payment_succeeded"
  | "checkout.session.completed"
  | "checkout.session.expired"
  | "customer.created"
  | "customer.deleted"
  | "customer.subscription.created"
  | "customer.subscription.deleted"
  | "customer.subscription.trial_will_end"
  | "customer.subscription.updated"
  | "customer.updated"
  | "invoice.created"
  | "invoice.finalized"
  | "invoice.paid"
  | "invoice.payment_action_required"
  | "invoice.payment_failed"
  | "payment_intent.payment_failed"
  | "payment_intent.succeeded"
  | "payment_method.attached"
  | "payout.failed"
  | "payout.paid"
  | "setup_intent.succeeded";

/** The types of [OpenAI's events](https://developers.openai.com/api/docs/api-reference/webhook-events). */
export type OpenaiEventType =
  | "batch.cancelled"
  | "batch.completed"
  | "batch.expired"
  | "batch.failed"
  | "eval.run.canceled"
  | "eval.run.failed"
  | "eval.run.succeeded"
  | "fine_tuning.job.cancelled"
  | "fine_tuning.job.failed"
  | "fine_tuning.job.succeeded"
  | "realtime.call.incoming"
  | "response.cancelled"
  | "response.completed"
  | "response.failed"
  | "response.incomplete";

/** The types of [Resend's events](https://resend.com/docs/webhooks/event-types). */
export type ResendEventType =
  | "contact.created"
  | "contact.deleted"
  | "contact.updated"
  | "domain.created"
  | "domain.deleted"
  | "domain.updated"
  | "email.bounced"
  | "email.clicked"
  | "email.complained"
  | "email.delivered"
  | "email.delivery_delayed"
  | "email.failed"
  | "email.opened"
  | "email.received"
  | "email.scheduled"
  | "email.sent"
  | "email.suppressed";

/** The types of [Clerk's events](https://clerk.com/docs/guides/development/webhooks/overview) that most receivers handle. */
export type ClerkEventType =
  | "organization.created"
  | "organization.deleted"
  | "organization.updated"
  | "organizationMembership.created"
  | "organizationMembership.deleted"
  | "organizationMembership.updated"
  | "session.created"
  | "session.ended"
  | "session.removed"
  | "session.revoked"
  | "user.created"
  | "user.deleted"
  | "user.updated";
