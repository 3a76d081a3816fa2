/**
 * The built Countersign Worker: verifies, drops duplicates, stores if asked to, and forwards. Its configuration is the `SOURCES`
 * variable and the bindings of a `wrangler.toml`: see `examples/deploy` in the repository.
 *
 * @example
 * ```js
 * export { default, Courier, Inbox } from "countersign/worker";
 * ```
 */
declare const worker: {
  /** Handles one request. Every failure is a response. */
  fetch(request: Request, env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response>;
};
export default worker;

/** The Durable Object that stores the events of `durable` sources. Bind it as `INBOX`, with `new_sqlite_classes = ["Inbox"]`. */
export declare class Inbox {
  /** Called by the platform. */
  constructor(ctx: unknown, env: unknown);
  /** Forwards the stored events that are due. */
  alarm(): Promise<void>;
}

/** The entrypoint whose invocations deliver the stored events. Export it beside `Inbox`, which starts it. */
export declare class Courier {
  /** Called by the platform. */
  constructor(ctx: unknown, env: unknown);
}
