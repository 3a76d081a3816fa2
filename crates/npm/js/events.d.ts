/** The events of senders that document them. */
import type { ClerkEventType, GeminiEventType, OpenaiEventType, Open, ResendEventType, StripeEventType } from "./event-types.js";

export type * from "./event-types.js";

/** The documented members of `data`. An event of one type has some of them; Google adds members without notice. */
export interface GeminiEventData {
  /** The id of the job or interaction. */
  id: string;
  /** The location of a finished batch or video; absent for inline batches. */
  output_file_uri?: string;
  /** The name of a finished video. */
  file_name?: string;
  error_code?: string | number;
  error_message?: string;
  [member: string]: unknown;
}

/** An event of one type. */
export interface GeminiEventOf<T extends string> {
  type: T;
  version?: string;
  /** When the event happened, RFC 3339. */
  timestamp?: string;
  data: GeminiEventData;
  [member: string]: unknown;
}

/**
 * An event of any type. `switch (event.type)` completes the documented types and needs a `default`, which must also respond with 2xx. An
 * event of a type that is not documented may lack `data`.
 */
export type GeminiEvent =
  | { [T in GeminiEventType]: GeminiEventOf<T> }[GeminiEventType]
  // The last member keeps the union open; with a plain `string`, editors would not complete the types.
  | GeminiEventOf<string & {}>;

/** An event of [Stripe](https://docs.stripe.com/api/events/object). */
export interface StripeEvent {
  id: string;
  object: "event";
  type: Open<StripeEventType>;
  api_version: string | null;
  /** Unix seconds. */
  created: number;
  livemode: boolean;
  pending_webhooks: number;
  /** The connected account, for events of Connect. */
  account?: string;
  data: { object: { id?: string; object: string; [member: string]: unknown }; previous_attributes?: { [member: string]: unknown } };
  request: { id: string | null; idempotency_key: string | null } | null;
  [member: string]: unknown;
}

/** A payload of [GitHub](https://docs.github.com/en/webhooks/webhook-events-and-payloads). The event's name is in the header `x-github-event`. */
export interface GithubEvent {
  /** What happened, for events that have several activities. */
  action?: string;
  sender?: { login: string; id: number; type: string; [member: string]: unknown };
  repository?: { id: number; name: string; full_name: string; private: boolean; [member: string]: unknown };
  organization?: { login: string; id: number; [member: string]: unknown };
  installation?: { id: number; [member: string]: unknown };
  [member: string]: unknown;
}

/** The types of [Slack's requests](https://docs.slack.dev/apis/events-api/). */
export type SlackEvent =
  | {
      type: "event_callback";
      team_id: string;
      api_app_id: string;
      event_id: string;
      /** Unix seconds. */
      event_time: number;
      event: { type: string; [member: string]: unknown };
      [member: string]: unknown;
    }
  /** Respond with the challenge: an adapter's handler returns it. */
  | { type: "url_verification"; challenge: string; [member: string]: unknown }
  | { type: string & {}; [member: string]: unknown };

/** An event of [OpenAI](https://developers.openai.com/api/docs/api-reference/webhook-events). */
export interface OpenaiEvent {
  id: string;
  object?: "event";
  type: Open<OpenaiEventType>;
  /** Unix seconds. */
  created_at: number;
  data: { id?: string; [member: string]: unknown };
  [member: string]: unknown;
}

/** An event of [Resend](https://resend.com/docs/webhooks/event-types). */
export interface ResendEvent {
  type: Open<ResendEventType>;
  /** RFC 3339. */
  created_at: string;
  data: { email_id?: string; from?: string; to?: string[]; subject?: string; [member: string]: unknown };
  [member: string]: unknown;
}

/** An event of [Clerk](https://clerk.com/docs/guides/development/webhooks/overview). */
export interface ClerkEvent {
  object: "event";
  type: Open<ClerkEventType>;
  data: { id?: string; object?: string; deleted?: boolean; [member: string]: unknown };
  /** Unix milliseconds. */
  timestamp?: number;
  [member: string]: unknown;
}

/** A payload of [Linear](https://linear.app/developers/webhooks). */
export interface LinearEvent {
  action: Open<"create" | "remove" | "update">;
  /** The kind of object: `Issue`, `Comment`, `Project`. */
  type: string;
  /** RFC 3339. */
  createdAt: string;
  data: { id?: string; [member: string]: unknown };
  /** The values before an update. */
  updatedFrom?: { [member: string]: unknown };
  url?: string;
  organizationId?: string;
  webhookId?: string;
  /** Unix milliseconds, which Countersign checks. */
  webhookTimestamp: number;
  [member: string]: unknown;
}

/** A payload of [Shopify](https://shopify.dev/docs/api/webhooks). It is the resource; the topic is in the header `x-shopify-topic`. */
export interface ShopifyEvent {
  id?: number;
  admin_graphql_api_id?: string;
  created_at?: string;
  updated_at?: string;
  [member: string]: unknown;
}

/** The prediction that [Replicate](https://replicate.com/docs/topics/webhooks/receive-webhook) sends. */
export interface ReplicateEvent {
  id: string;
  status: Open<"canceled" | "failed" | "processing" | "starting" | "succeeded">;
  version?: string;
  input?: { [member: string]: unknown };
  output?: unknown;
  error?: string | null;
  logs?: string | null;
  metrics?: { predict_time?: number; [member: string]: unknown };
  created_at?: string;
  started_at?: string | null;
  completed_at?: string | null;
  [member: string]: unknown;
}
