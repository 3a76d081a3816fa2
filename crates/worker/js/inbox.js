// The Durable Object class. Its methods are those of `Inbox` in crates/worker/src/inbox.rs; here is what a trap needs.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as glue from "./glue.js";
import { Ledger } from "./ledger.js";
import { generation, onTrap, prepared, recover } from "./instance.js";

const RETRY_ALARM_MS = 30_000;

/** Events that follow one another within so many milliseconds are stored together. */
const AT_ONCE_MS = 10;

/**
 * An invocation of this Worker that delivers what an inbox holds: it has connections of its own. It takes the name of a source, a shard, a
 * token and the name of a destination, and nothing else: whoever calls it cannot make it send anything. Returns whether the shard answered.
 */
export class Courier extends WorkerEntrypoint {
  async carry(...work) {
    const { promise: trap, resolve } = Promise.withResolvers();
    onTrap.add(resolve);
    try {
      prepared(this.env);
      return await Promise.race([glue.carry(...work), trap]);
    } finally {
      onTrap.delete(resolve);
    }
  }
}

/** One shard of a source's stored events. */
export class Inbox extends DurableObject {
  #inbox;
  #born;
  /** Only the object that knows all others has one. */
  #ledger;
  /** Events that wait to be stored together, each with what settles its promise. */
  #coming = [];
  #acceptedAt = -Infinity;

  constructor(ctx, env) {
    super(ctx, env);
    this.#call((inbox) => inbox);
  }

  /**
   * Stores an event: by itself, or together with others that come at once. Most of what storing costs is the transaction, which ends with a
   * write to disk; to wait for others costs an event that is alone a timer.
   */
  accept(event) {
    const now = Date.now();
    if (this.#coming.length === 0 && Math.abs(now - this.#acceptedAt) > AT_ONCE_MS) {
      this.#acceptedAt = now;
      return this.#call((inbox) => inbox.accept(event));
    }
    const { promise, resolve, reject } = Promise.withResolvers();
    if (this.#coming.push({ event, resolve, reject }) === 1) setTimeout(() => this.#acceptAll(), 0);
    return promise;
  }

  /** Stores what came. One that fails leaves the others as they are: a trap ends the instance, and not what it wrote. */
  #acceptAll() {
    const all = this.#coming;
    [this.#coming, this.#acceptedAt] = [[], Date.now()];
    for (const { event, resolve, reject } of all) {
      try {
        resolve(this.#call((inbox) => inbox.accept(event)));
      } catch (error) {
        reject(error);
      }
    }
  }
  surrender(...id) {
    return this.#call((inbox) => inbox.surrender(...id));
  }
  report(...reports) {
    return this.#call((inbox) => inbox.report(...reports));
  }
  pause(...destination) {
    return this.#call((inbox) => inbox.pause(...destination));
  }
  stats() {
    return this.#call((inbox) => inbox.stats());
  }
  lookup(key) {
    return this.#call((inbox) => inbox.lookup(key));
  }
  list(asked) {
    return this.#call((inbox) => inbox.list(asked));
  }
  event(...id) {
    return this.#call((inbox) => inbox.event(...id));
  }
  body(...id) {
    return this.#call((inbox) => inbox.body(...id));
  }
  discard(...id) {
    return this.#call((inbox) => inbox.discard(...id));
  }
  replay(...id) {
    return this.#call((inbox) => inbox.replay(...id));
  }
  health() {
    return this.#call((inbox) => inbox.health());
  }
  enter(...shard) {
    return this.#call((inbox) => inbox.enter(...shard));
  }
  announce(...pause) {
    return this.#call((inbox) => inbox.announce(...pause));
  }
  register(...shard) {
    return this.#call((inbox) => inbox.register(...shard));
  }
  registered() {
    return this.#call((inbox) => inbox.registered());
  }
  forget(...id) {
    return this.#call((inbox) => inbox.forget(...id));
  }
  job(...asked) {
    return this.#call((inbox) => inbox.job(...asked));
  }
  alert(notices) {
    return this.#call((inbox) => inbox.alert(notices));
  }

  /** Calls a method of the ledger: see ledger.js. */
  ledger(method, ...values) {
    this.#ledger ??= new Ledger(this.ctx.storage);
    return this.#ledger[method](...values);
  }

  /**
   * Never throws: the platform gives up on an alarm that does. Nor does it wait for what died in a trap: the new instance sets its own
   * alarm.
   */
  async alarm(info) {
    // A promise of this alarm's: one that outlives the alarm would keep what waits for it.
    const { promise: trap, resolve } = Promise.withResolvers();
    onTrap.add(resolve);
    try {
      await Promise.race([this.#call((inbox) => inbox.alarm(info?.retryCount > 0)), trap]);
      this.#call((inbox) => inbox);
    } catch {
      await this.ctx.storage.setAlarm(Date.now() + RETRY_ALARM_MS);
    } finally {
      onTrap.delete(resolve);
    }
  }

  /** After a trap, what Rust held of this object is gone with the instance, and is read from its database again. */
  #call(method) {
    try {
      prepared(this.env);
      if (this.#born !== generation) {
        this.#inbox = new glue.Inbox(this.ctx.storage, (...work) => this.ctx.exports.Courier.carry(...work));
        this.#born = generation;
      }
      return method(this.#inbox);
    } catch (error) {
      recover(error, generation);
      throw error;
    }
  }
}
