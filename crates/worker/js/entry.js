// Instantiates the Wasm, reads the request, calls, answers; and starts anew after a trap. Nothing is decided here.
import { DurableObject } from "cloudflare:workers";
import wasm from "./glue_bg.wasm";
import * as glue from "./glue.js";
import { LATE, READ_MS, isUnread, readAll, readerOf, skip, within } from "./reading.js";

const HEALTH = 2147483647;
const ADMIN = 2147483646;
const TEXT = -1;
const PENDING = -2;
/** What is wrong with a body, as `refuse_body` takes it. */
const INCOMPLETE = 0;
const TOO_LARGE = 1;
const TOO_LATE = 2;
// Made once: a `Headers` is copied into a response, where an object would be read member by member.
const SUCCESS = { status: 200, headers: new Headers({ "content-type": "application/json" }) };
const STORED = { status: 202, headers: SUCCESS.headers };
const FAULTY = { status: 503, headers: SUCCESS.headers };
const RETRY_ALARM_MS = 30_000;
const LONG_LINES = 1024;
const encoder = new TextEncoder();

/** What `setup` told: ready-made answers, and what to read of a request for each source. */
let told;

/** Which instance of the Wasm this is: one more after each trap; and what is called by that. */
let instance = 0;
const onTrap = new Set();

/**
 * Requests that the platform gives up where their senders do: nothing goes on then, also not here, and their tasks are let go of once
 * nobody can want an answer any more.
 */
const givenUp = new FinalizationRegistry(({ task, born }) => {
  if (born === instance) glue.abandon(task);
});

glue.initSync({ module: wasm });

function setup(env) {
  const sources = typeof env.SOURCES === "string" || env.SOURCES === undefined ? env.SOURCES : JSON.stringify(env.SOURCES);
  const { answers, sources: readers, smallBody } = JSON.parse(glue.setup(env, sources));
  const ready = answers.map(({ status, body, header }) => {
    // A `Blob` has its bytes and its type ready: a text is encoded, and a `Content-Type` among the headers copied, for each response.
    const blob = new Blob([body], { type: "application/problem+json" });
    return { body: blob, init: header ? { status, headers: new Headers([header]) } : { status } };
  });
  return { answers: ready, readers, smallBody };
}

function answer(n) {
  const { body, init } = told.answers[n];
  return new Response(body, init);
}

/** The text of a success, behind a `+` where the event is stored and not delivered yet; or behind a `!`, of a Worker that is not well. */
function success(text) {
  if (text.startsWith("{")) return new Response(text, SUCCESS);
  return new Response(text.slice(1), text.startsWith("+") ? STORED : FAULTY);
}

function finish(n) {
  return n === TEXT ? success(glue.text()) : answer(n);
}

/**
 * All of a request in one asynchronous function: each costs about as much as the HMAC of a small body. `asked` stands for the request as
 * long as somebody wants the answer, and holds the promise of it.
 */
async function handle(request, env, context, asked) {
  let born = instance;
  try {
    told ??= setup(env);
    const { headers } = request;
    const announced = headers.get("content-length");
    // HTTP holds a body to that. What is no number of bytes was made by another Worker, and is passed over: chunks are counted then.
    const length = announced !== null && /^[0-9]+$/.test(announced) ? Number(announced) : NaN;
    const index = glue.open(request.method, request.url, length);
    if (index < 0) {
      const response = answer(-1 - index);
      if (isUnread(request, length)) await skip(readerOf(request.body));
      return response;
    }
    const reader = told.readers[index];
    let n;
    if (index === ADMIN || index === HEALTH) {
      if (isUnread(request, length)) {
        await skip(readerOf(request.body));
        told ??= setup(env);
        born = instance;
      }
    }
    if (index === HEALTH) {
      n = glue.health(headers.get("authorization"), context, Date.now());
    } else if (index === ADMIN) {
      n = glue.admin(headers.get("authorization"), request.method, request.url, Date.now());
    } else {
      let body;
      let fault;
      try {
        body = await read(request, length, reader.maxBody);
        if (body === null || body.length > reader.maxBody) fault = TOO_LARGE;
        // HTTP holds a body to what was announced; a service binding does not.
        else if (body.length !== length && length >= 0) fault = INCOMPLETE;
      } catch (error) {
        fault = error === LATE ? TOO_LATE : INCOMPLETE;
      }
      // Another request may have met a trap meanwhile.
      told ??= setup(env);
      born = instance;
      if (fault !== undefined) return answer(-1 - glue.refuse_body(index, fault));
      n = receive(index, reader, headers, body, context);
    }
    if (n <= PENDING) {
      const task = PENDING - n;
      const outlives = reader?.outlives;
      // To take a request out of the registry takes time, so those that are never given up do not get there.
      if (outlives) context.waitUntil(asked.answer);
      else givenUp.register(asked, { task, born }, asked);
      while (n <= PENDING) {
        const promise = glue.awaited(task);
        // There always is one; without it, this would go round and round.
        if (promise === undefined) throw new Error("a delivery waits for nothing");
        let value;
        let fulfilled = true;
        try {
          value = await promise;
        } catch (error) {
          [value, fulfilled] = [error, false];
        }
        if (born !== instance) return unexpected();
        n = glue.resume(task, fulfilled, value, Date.now());
      }
      if (!outlives) givenUp.unregister(asked);
    }
    return !reader && request.method === "HEAD" ? new Response(null, finish(n)) : finish(n);
  } catch (error) {
    return recover(error, born);
  }
}

/** A body within its time, or null where it is longer than `limit`. */
async function read(request, length, limit) {
  // (`bytes()` would cost half of what is done in Wasm for a small body.)
  if (length >= 0) return new Uint8Array(await within(request.arrayBuffer(), READ_MS));
  if (request.body === null) return new Uint8Array();
  const reader = readerOf(request.body);
  const body = await within(readAll(reader, limit), READ_MS);
  if (body === null) await skip(reader);
  return body;
}

/** Hands a delivery over, with its body read. */
function receive(index, reader, headers, body, context) {
  const lines = reader.headers.map((name) => headers.get(name)).join("\n");
  // Text crosses character by character, which for a hundred signatures takes longer than all that is done with them.
  const long = lines.length > LONG_LINES ? encoder.encode(lines) : undefined;
  const small = body.length > told.smallBody ? undefined : body;
  const n = glue.receive(index, long ? "" : lines, long, small, body, context, Date.now());
  // Refused, and nobody else has it. Left to the garbage collector, it is found some thousand deliveries later, and meanwhile each is read
  // into memory that no cache holds: 7 % of refusing 64 KiB.
  if (n >= 0 && !small) body.buffer.transfer(0);
  return n;
}

/**
 * A trap leaves the instance unusable: the next call gets a new one. The sender gets a 500 and tries again; nothing was marked. Whoever was
 * `born` under an older instance ends alone.
 */
function recover(error, born) {
  if (born === instance) {
    told = undefined;
    instance += 1;
    for (const resolve of onTrap) resolve();
    glue.__wbg_reset_state();
  }
  console.error(JSON.stringify({ ev: "trap", code: "internal_error", status: 500, detail: String(error?.message ?? error) }));
  return unexpected();
}

function unexpected() {
  return new Response('{"title":"an unexpected error; try again","status":500,"code":"internal_error"}', {
    status: 500,
    headers: { "content-type": "application/problem+json" },
  });
}

export default {
  fetch(request, env, context) {
    const asked = {};
    asked.answer = handle(request, env, context, asked);
    return asked.answer;
  },
};

/** One shard of a source's stored events; see crates/worker/src/inbox.rs. */
export class Inbox extends DurableObject {
  #inbox;
  #instance;

  constructor(ctx, env) {
    super(ctx, env);
    this.#call((inbox) => inbox);
  }

  accept(...event) {
    return this.#call((inbox) => inbox.accept(...event));
  }
  claim(...id) {
    return this.#call((inbox) => inbox.claim(...id));
  }
  stats() {
    return this.#call((inbox) => inbox.stats());
  }
  list(...page) {
    return this.#call((inbox) => inbox.list(...page));
  }
  event(...id) {
    return this.#call((inbox) => inbox.event(...id));
  }
  replay(...id) {
    return this.#call((inbox) => inbox.replay(...id));
  }
  health() {
    return this.#call((inbox) => inbox.health());
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
  replayAll(state) {
    return this.#call((inbox) => inbox.replayAll(state));
  }

  /** Never throws: the platform gives up on an alarm that does. Nor does it wait for what died in a trap: the new instance sets its own. */
  async alarm(info) {
    // One of its own: a promise that outlives the alarm would keep what waits for it.
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

  /** After a trap, what Rust held of this object is gone with the instance, and is read anew from its database. */
  #call(method) {
    try {
      told ??= setup(this.env);
      if (this.#instance !== instance) {
        this.#inbox = new glue.Inbox(this.ctx.storage, this.env);
        this.#instance = instance;
      }
      return method(this.#inbox);
    } catch (error) {
      recover(error, instance);
      throw error;
    }
  }
}
