/** Runs a handler once for each event, as well as a store can promise that. */

/** What `once` returns. Runs `work` unless the event is known, and says what happened. Rejects with what `work` threw. */
export type Once = (id: string, work: () => Promise<void> | void) => Promise<OnceOutcome>;

/**
 * - `done`: the work was done
 * - `duplicate`: it was done before
 * - `in_flight`: another copy is at work. Respond 409, or 503 to a sender that tries no more after a 4xx; never 2xx: if that copy
 *   fails, the sender's retry is needed
 * - `unconfirmed`: the work was done, and the store failed afterwards. A copy may run again once the lease is over
 */
export type OnceOutcome = "done" | "duplicate" | "in_flight" | "unconfirmed";

/**
 * Where events are remembered. `token` names one attempt: `confirm` and `release` change nothing that another one claimed. If the claim ended
 * and nobody took it over, `confirm` remembers the event all the same.
 */
export interface Store {
  /** Claims an event for `seconds`, atomically if the store can: `held` if another attempt has it, `done` if it was handled. */
  claim(id: string, token: string, seconds: number): Promise<"claimed" | "held" | "done">;
  /** Remembers for `seconds` that the event was handled. */
  confirm(id: string, token: string, seconds: number): Promise<unknown>;
  /** Ends the claim of a failed attempt, so that a retry can claim the event. */
  release(id: string, token: string): Promise<unknown>;
}

/** A time in seconds, or like `"30m"`, `"24h"` or `"7d"`. */
export type Duration = number | string;

/** Options of {@link once}. */
export interface OnceOptions {
  /**
   * What ids begin with in the store: set it if two verifiers share a store. Otherwise an event of one sender counts as handled if the other
   * had one with its id. Default: nothing.
   */
  prefix?: string | undefined;
  /** How long a claim holds if its process dies. A handler that takes longer may run twice. Default: 5 minutes. */
  lease?: Duration | undefined;
}

/**
 * Claims an event before its handler runs, confirms it afterwards, and releases it if the handler fails, so that the sender's retry gets
 * through. `ttl` is how long a handled event is remembered: longer than the sender retries.
 *
 * @example
 * ```js
 * import { gemini } from "countersign";
 * import { webhook } from "countersign/hono";
 * import { memory, once } from "countersign/once";
 *
 * const receive = webhook(gemini(process.env.WEBHOOK_SECRET), async ({ id, event }) => store(id, event), {
 *   once: once(memory(), "24h", { prefix: "gemini:" }),
 * });
 * ```
 *
 * @throws {WebhookVerificationError} `config_invalid` for a store, a time or an option
 */
export function once(store: Store, ttl: Duration, options?: OnceOptions): Once;

/**
 * Remembers in the memory of one process, as long as it lives. For tests, and for receivers of one process that may run an event again
 * after a restart.
 *
 * @example
 * ```js
 * import { memory, once } from "countersign/once";
 *
 * const guard = once(memory(), "24h");
 * const outcome = await guard("msg_1", async () => {});
 * ```
 */
export function memory(): Store;

/**
 * Remembers in Workers KV, under keys that begin with `countersign:once`. KV has no atomic operation: copies that arrive within a minute of
 * each other can both run. Times under 60 seconds become 60. KV takes one write a second for a key: after a handler that is faster, the response
 * waits for the second.
 *
 * @example
 * ```js
 * import { kv, once } from "countersign/once";
 *
 * const guard = (env) => once(kv(env.EVENTS), "24h");
 * ```
 */
export function kv(namespace: {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}): Store;

/**
 * Remembers in Durable Objects, one for each event: of copies that arrive together, one alone runs. Export {@link OnceObject} from the
 * Worker, and bind it with `new_sqlite_classes`.
 *
 * @example
 * ```js
 * import { durableObject, once } from "countersign/once";
 *
 * export { OnceObject } from "countersign/once";
 * const guard = (env) => once(durableObject(env.ONCE), "24h");
 * ```
 */
export function durableObject(namespace: { idFromName(name: string): any; get(id: any): { fetch(url: string, init: any): Promise<any> } }): Store;

/**
 * The Durable Object of {@link durableObject}. It deletes itself when its event may be forgotten.
 *
 * @example
 * ```js
 * export { OnceObject } from "countersign/once";
 * ```
 */
export class OnceObject {
  /** Called by the platform, with the object's state. */
  constructor(state: any);
  /** Responds to {@link durableObject}, and to nobody else. */
  fetch(request: Request): Promise<Response>;
  /** Deletes the object's storage when its event may be forgotten. */
  alarm(): Promise<void>;
}

/**
 * Remembers in Redis or Valkey, under keys that begin with `countersign:once:`: of copies that arrive together, one alone runs. After a
 * failover with asynchronous replication an event may run again. `client` is connected, of npm `redis` or `ioredis`, to one server or a cluster.
 *
 * @example
 * ```js
 * import { once, redis } from "countersign/once";
 *
 * const guard = (client) => once(redis(client), "24h", { prefix: "webhook:" });
 * ```
 */
export function redis(client: { eval(script: any, options: any): Promise<any> } | { call(command: string, ...words: any[]): Promise<any> }): Store;

/** A store with a table. */
export interface TableStore extends Store {
  /** Deletes rows that expired. They count for nothing; call it now and then, so that the table does not grow. */
  tidy(): Promise<unknown>;
}

/**
 * Remembers in Postgres, in the table `countersign_once`: of copies that arrive together, one alone runs. `client` is a pool or a client of
 * npm `pg`, outside a transaction. Call `create` once.
 *
 * @example
 * ```js
 * import { once, postgres } from "countersign/once";
 *
 * async function guardOf(pool) {
 *   const events = postgres(pool);
 *   await events.create();
 *   return once(events, "24h");
 * }
 * ```
 */
export function postgres(client: { query(text: string, values?: any[]): Promise<{ rows: any[] }> }): TableStore & {
  /** Creates the table, unless it exists. */
  create(): Promise<unknown>;
};

/**
 * Remembers in SQLite, in the table `countersign_once`, which it creates: of copies that arrive together, in any process that has the file
 * open, one alone runs. `database` is of `node:sqlite`, `bun:sqlite` or npm `better-sqlite3`. If its busy timeout is 0, as `node:sqlite` has it,
 * it becomes 5 seconds: a write then waits for that of another process.
 *
 * @example
 * ```js
 * import { DatabaseSync } from "node:sqlite";
 * import { once, sqlite } from "countersign/once";
 *
 * const guard = once(sqlite(new DatabaseSync(":memory:")), "24h");
 * ```
 */
export function sqlite(database: { exec(sql: string): any; prepare(sql: string): { get(...values: any[]): any; run(...values: any[]): any } }): TableStore;
