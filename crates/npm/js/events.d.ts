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
  /** The code of the error; absent unless the job or interaction failed. */
  error_code?: string | number;
  /** The error in words; absent unless the job or interaction failed. */
  error_message?: string;
  [member: string]: unknown;
}

/** An event of one type. */
export interface GeminiEventOf<T extends string> {
  /** What happened. */
  type: T;
  /** The version of the event's format: `v1`. */
  version?: string;
  /** When the event happened, RFC 3339. */
  timestamp?: string;
  /** The job or interaction that it happened to. */
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
  /** The event's id: `evt_…`. */
  id: string;
  /** Always `event`. */
  object: "event";
  /** What happened. */
  type: Open<StripeEventType>;
  /** The version of Stripe's API in which `data` is written. */
  api_version: string | null;
  /** When the event was created, in Unix seconds. */
  created: number;
  /** Whether the event is of live mode, and not of a test. */
  livemode: boolean;
  /** The number of endpoints that have not received the event yet. */
  pending_webhooks: number;
  /** The connected account, for events of Connect. */
  account?: string;
  /** What the event is about. */
  data: {
    /** The object as it was when the event happened. */
    object: {
      /** The object's id; absent for objects that have none. */
      id?: string;
      /** The kind of object, like `charge`. */
      object: string;
      [member: string]: unknown;
    };
    /** The values before the change; absent unless the event is an update. */
    previous_attributes?: { [member: string]: unknown };
  };
  /** The API request that caused the event; `null` if none did. */
  request: {
    /** The request's id; `null` for an event that Stripe caused itself. */
    id: string | null;
    /** The request's idempotency key; `null` if it had none. */
    idempotency_key: string | null;
  } | null;
  [member: string]: unknown;
}

/** A payload of [GitHub](https://docs.github.com/en/webhooks/webhook-events-and-payloads). The event's name is in the header `x-github-event`. */
export interface GithubEvent {
  /** What happened, for events that have several activities. */
  action?: string;
  /** The account that caused the event. */
  sender?: {
    /** The account's name. */
    login: string;
    /** The account's id, which stays the same if it is renamed. */
    id: number;
    /** The kind of account: `User`, `Bot`, `Organization`. */
    type: string;
    [member: string]: unknown;
  };
  /** The repository in which it happened; absent for events outside a repository. */
  repository?: {
    /** The repository's id, which stays the same if it is renamed. */
    id: number;
    /** The repository's name, without its owner. */
    name: string;
    /** The repository's name with its owner: `owner/name`. */
    full_name: string;
    /** Whether it is private. */
    private: boolean;
    [member: string]: unknown;
  };
  /** The organization in which it happened; absent for events outside an organization. */
  organization?: {
    /** The organization's name. */
    login: string;
    /** The organization's id, which stays the same if it is renamed. */
    id: number;
    [member: string]: unknown;
  };
  /** The installation of the GitHub App that receives the event; absent for other webhooks. */
  installation?: {
    /** The installation's id. */
    id: number;
    [member: string]: unknown;
  };
  [member: string]: unknown;
}

/** The types of [Slack's requests](https://docs.slack.dev/apis/events-api/). */
export type SlackEvent =
  | {
      /** An event of the Events API. */
      type: "event_callback";
      /** The workspace in which the event happened. */
      team_id: string;
      /** The app that receives the event. */
      api_app_id: string;
      /** The event's id. */
      event_id: string;
      /** When the event happened, in Unix seconds. */
      event_time: number;
      /** The event. */
      event: {
        /** What happened, like `app_mention`. */
        type: string;
        [member: string]: unknown;
      };
      [member: string]: unknown;
    }
  | {
      /** The check of a new request URL. */
      type: "url_verification";
      /** The text to respond with: an adapter's handler returns it. */
      challenge: string;
      [member: string]: unknown;
    }
  | {
      /** Any other request, like `app_rate_limited`. */
      type: string & {};
      [member: string]: unknown;
    };

/** An event of [OpenAI](https://developers.openai.com/api/docs/api-reference/webhook-events). */
export interface OpenaiEvent {
  /** The event's id: `evt_…`. */
  id: string;
  /** `event`, if it is there. */
  object?: "event";
  /** What happened. */
  type: Open<OpenaiEventType>;
  /** When the event happened, in Unix seconds. */
  created_at: number;
  /** What the event is about. */
  data: {
    /** The id of the response, batch, job or run; absent for events about none, such as an incoming call. */
    id?: string;
    [member: string]: unknown;
  };
  [member: string]: unknown;
}

/** An event of [Resend](https://resend.com/docs/webhooks/event-types). */
export interface ResendEvent {
  /** What happened. */
  type: Open<ResendEventType>;
  /** When the event was created, RFC 3339. */
  created_at: string;
  /** The email, contact or domain. The members below are absent for contacts and domains. */
  data: {
    /** The email's id. */
    email_id?: string;
    /** The sender's address, which may include a name. */
    from?: string;
    /** The recipients' addresses. */
    to?: string[];
    /** The email's subject. */
    subject?: string;
    [member: string]: unknown;
  };
  [member: string]: unknown;
}

/** An event of [Clerk](https://clerk.com/docs/guides/development/webhooks/overview). */
export interface ClerkEvent {
  /** Always `event`. */
  object: "event";
  /** What happened. */
  type: Open<ClerkEventType>;
  /** The object that it happened to. */
  data: {
    /** The object's id. */
    id?: string;
    /** The kind of object, like `user`. */
    object?: string;
    /** `true` for an object that was deleted; otherwise absent. */
    deleted?: boolean;
    [member: string]: unknown;
  };
  /** When the event happened, in Unix milliseconds. */
  timestamp?: number;
  [member: string]: unknown;
}

/** A payload of [Linear](https://linear.app/developers/webhooks). */
export interface LinearEvent {
  /** What happened to the object. */
  action: Open<"create" | "remove" | "update">;
  /** The kind of object: `Issue`, `Comment`, `Project`. */
  type: string;
  /** When it happened, RFC 3339. */
  createdAt: string;
  /** The object. */
  data: {
    /** The object's id. */
    id?: string;
    [member: string]: unknown;
  };
  /** The values before an update; absent for other actions. */
  updatedFrom?: { [member: string]: unknown };
  /** The object's page in Linear; absent for objects that have none. */
  url?: string;
  /** The workspace's id. */
  organizationId?: string;
  /** The id of the webhook that was configured in Linear. It is the same for every delivery of that webhook. */
  webhookId?: string;
  /** When the delivery was sent, in Unix milliseconds. Countersign checks its age. */
  webhookTimestamp: number;
  [member: string]: unknown;
}

/** A payload of [Shopify](https://shopify.dev/docs/api/webhooks). It is the resource; the topic is in the header `x-shopify-topic`. */
export interface ShopifyEvent {
  /** The resource's id; absent for resources that have none. */
  id?: number;
  /** The resource's id in the GraphQL API: `gid://shopify/…`. Absent for resources that have none. */
  admin_graphql_api_id?: string;
  /** When the resource was created, RFC 3339; absent for a deleted one. */
  created_at?: string;
  /** When the resource was last changed, RFC 3339; absent for a deleted one. */
  updated_at?: string;
  [member: string]: unknown;
}

/** The prediction that [Replicate](https://replicate.com/docs/topics/webhooks/receive-webhook) sends. */
export interface ReplicateEvent {
  /** The prediction's id. */
  id: string;
  /** How far the prediction is. */
  status: Open<"canceled" | "failed" | "processing" | "starting" | "succeeded">;
  /** The version of the model. */
  version?: string;
  /** What the model was given. */
  input?: { [member: string]: unknown };
  /** What the model returned, in the form that the model documents. Absent or `null` before there is any. */
  output?: unknown;
  /** The error in words; absent or `null` unless the prediction failed. */
  error?: string | null;
  /** What the model printed; absent or `null` before it printed anything. */
  logs?: string | null;
  /** Measurements of the prediction; absent or empty before it ended. */
  metrics?: {
    /** How long the model ran, in seconds. */
    predict_time?: number;
    [member: string]: unknown;
  };
  /** When the prediction was created, RFC 3339. */
  created_at?: string;
  /** When the model began, RFC 3339; absent or `null` before that. */
  started_at?: string | null;
  /** When the prediction ended, RFC 3339; absent or `null` before that. */
  completed_at?: string | null;
  [member: string]: unknown;
}
