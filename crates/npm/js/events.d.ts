/** The events of senders that document them. */

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
