/**
 * The whole Worker, built: verifies, drops duplicates, stores where asked to, forwards. Deployed by
 * `export { default, Inbox } from "countersign/worker"` and a `wrangler.toml`; see the package's `examples/deploy`.
 */
declare const worker: {
  fetch(request: Request, env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response>;
};
export default worker;

/** The Durable Object that holds events of `durable` sources; bind it as `INBOX`, with `new_sqlite_classes = ["Inbox"]`. */
export declare class Inbox {
  constructor(ctx: unknown, env: unknown);
  alarm(): Promise<void>;
}
