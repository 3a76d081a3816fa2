// The production Worker, with routes under /__test/ around it. Never deployed.
import { env } from "cloudflare:workers";
import { countHeld, countKv, countPoints, countStorage, counted, countedObject, counts, points, uncounted, wrapMethod } from "./counts.js";
import { alarm, countCalls, courier, invocation, most } from "./invocations.js";
import worker, { Courier as ProductionCourier, Inbox as ProductionInbox } from "./worker.js";
import * as glue from "./glue.js";
import { generation } from "./instance.js";

/** The instance of the Wasm that accepts any key: each new one has to be told before it reads its sources. */
let told;
function acceptAnyKey() {
  if (told !== generation) glue.take_any_key();
  told = generation;
}

const now = Date.now;
/** By how many seconds the clock is ahead; from the environment where workerd is killed and restarted. */
let offset = Number(env.CLOCK_OFFSET ?? 0);
/** How much later than asked for alarms come. */
let delay = 0;
/** What it shows while it stands still. */
let stopped;
Date.now = () => stopped ?? now() + offset * 1000;
/** How much faster than the clock timers run that the Worker sets. */
let haste = 1;
const { setTimeout } = globalThis;
globalThis.setTimeout = (callback, milliseconds, ...values) => setTimeout(callback, milliseconds / haste, ...values);
const elapsed = performance.now.bind(performance);
performance.now = () => elapsed() * haste;

/** The production courier, whose requests are counted. */
export class Courier extends ProductionCourier {
  carry(...work) {
    courier(work.slice(0, 2).join("/"));
    return invocation(() => super.carry(...work));
  }
}

/** The production inbox on the moved clock, and what tests do to an object that nobody else can. */
export class Inbox extends countedObject(ProductionInbox) {
  constructor(ctx, env) {
    wrapMethod(ctx.storage, "setAlarm", byMovedClock);
    countStorage(ctx.storage);
    countKv(env);
    countCalls(env);
    acceptAnyKey();
    super(ctx, env);
  }

  alarm(...info) {
    return alarm(this.ctx.id.name, () => super.alarm(...info));
  }

  /** Replaces the database by that of an older version. */
  async plant(statements) {
    await this.ctx.storage.deleteAll();
    for (const { sql, values } of statements) this.ctx.storage.sql.exec(sql, ...values);
    await this.ctx.storage.sync();
    this.ctx.abort("planted");
  }

  /** All rows of a query, whose reading does not count. */
  query(sql) {
    return uncounted(() => this.ctx.storage.sql.exec(sql).toArray());
  }

  #hung;

  /** Has it answer no operator, and no object that asks the registry, until `wake`. */
  hang() {
    this.#hung = Promise.withResolvers();
  }

  wake() {
    this.#hung?.resolve();
  }

  static {
    for (const name of ["stats", "list", "lookup", "event", "body", "discard", "replay", "forget", "job", "pause", "enter"]) {
      const { [name]: method } = Object.getPrototypeOf(this.prototype);
      this.prototype[name] = async function (...values) {
        await this.#hung?.promise;
        return method.apply(this, values);
      };
    }
  }

  /** What the platform would do with an alarm that is late or comes twice. */
  ring() {
    return this.alarm();
  }

  dropAlarm() {
    return this.ctx.storage.deleteAlarm();
  }

  /** When the alarm comes by the moved clock, in Unix seconds. */
  alarmAt() {
    return this.ctx.storage.getAlarm().then((at) => at && Math.round((at - now() + Date.now()) / 1000 - delay));
  }

  alarmIsSet() {
    return this.ctx.storage.getAlarm().then((at) => at !== null);
  }
}

const byMovedClock = (setAlarm) =>
  function (at) {
    return setAlarm.call(this, now() + Number(at) - Date.now() + delay * 1000);
  };

const routes = {
  async vector(request) {
    return new Response(glue.run_vector(await request.text()), { headers: { "content-type": "application/json" } });
  },
  trap() {
    glue.trap();
  },
  async limits(request) {
    const { bytes } = await request.json();
    glue.set_limit(bytes ?? undefined);
    return new Response();
  },
  /** Calls a method of an object, as `{ name, method, values }` says. */
  async inbox(request, env) {
    const { name, method, values = [] } = await request.json();
    const stub = env.INBOX.get(env.INBOX.idFromName(name));
    return Response.json((await stub[method](...values)) ?? null);
  },
  counts() {
    return Response.json(counted());
  },
  points() {
    return Response.json(points);
  },
  /** The most of any invocation so far; it begins anew with this. */
  invocations() {
    const before = { ...most };
    for (const name of Object.keys(most)) most[name] = 0;
    return Response.json(before);
  },
  async alarms(request) {
    delay = (await request.json()).delay_seconds;
    return new Response();
  },
  /** A request whose body is not as long as it was announced: HTTP lets none through, a service binding does. */
  async announced(request, env, ctx) {
    const { path, headers, body, length } = await request.json();
    const init = { method: "POST", headers: [...headers, ["content-length", String(length)]], body: new Blob([body]).stream() };
    return worker.fetch(new Request(new URL(path, request.url), init), env, ctx);
  },
  async timers(request) {
    haste = (await request.json()).haste;
    return new Response();
  },
  async clock(request) {
    ({ offset_seconds: offset, stopped_at: stopped } = await request.json());
    return new Response();
  },
};

export default {
  async fetch(request, env, ctx) {
    countKv(env);
    countPoints(env);
    countCalls(env);
    countHeld(ctx);
    acceptAnyKey();
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/__test/")) {
      counts.requests += 1;
      return invocation(() => worker.fetch(request, env, ctx));
    }
    const name = pathname.slice("/__test/".length);
    // One request through the production path first, so that Wasm is set up, and its recovery is what meets the trap.
    if (name !== "trap") return routes[name](request, env, ctx);
    return worker.fetch(new Proxy(request, { get: () => routes.trap() }), env, ctx);
  },
};
