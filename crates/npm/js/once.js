// The entry `countersign/once`: runs a handler once for each event.
import { misuse } from "./error.js";
import { optionsOf } from "./options.js";

export { OnceObject, durableObject } from "./once/durable-object.js";
export { kv } from "./once/kv.js";
export { memory } from "./once/memory.js";
export { postgres } from "./once/postgres.js";
export { redis } from "./once/redis.js";
export { sqlite } from "./once/sqlite.js";

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 };
/** Longer than handlers run, and shorter than senders wait before they give up. */
const LEASE = 300;

/**
 * A store has three functions. `claim(id, token, seconds)` resolves to "claimed", "held" or "done". `confirm(id, token, seconds)` and
 * `release(id, token)` change nothing that another token claimed. A claim may have ended meanwhile: `confirm` then remembers the event all the
 * same, because it was handled.
 */
export function once(store, ttl, given) {
  for (const name of ["claim", "confirm", "release"]) if (typeof store?.[name] !== "function") throw misuse("config_invalid", "the first argument is a store, like `memory()` or `redis(client)`");
  const { prefix = "", lease = LEASE } = optionsOf(given, ["prefix", "lease"]);
  const [seconds, held] = [secondsIn("ttl", ttl), secondsIn("lease", lease)];
  return async (id, work) => {
    const [key, token] = [`${prefix}${id}`, crypto.randomUUID()];
    const claim = await store.claim(key, token, held);
    if (claim !== "claimed") return claim === "done" ? "duplicate" : "in_flight";
    try {
      await work();
    } catch (error) {
      // If the store fails as well, the claim ends by itself, and the sender's retry gets through after it.
      await attempt(() => store.release(key, token)).catch(() => {});
      throw error;
    }
    return attempt(() => store.confirm(key, token, seconds)).then(() => "done", () => "unconfirmed");
  };
}

/** What a store's function comes to. One that throws at once rejects as well: the handler has run. */
const attempt = async (call) => call();

/** Seconds, as a number or like `"24h"`. */
function secondsIn(name, time) {
  const [, count, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(time) ?? [];
  const seconds = typeof time === "number" ? time : Number(count) * UNITS[unit];
  if (!Number.isSafeInteger(seconds) || seconds <= 0) throw misuse("config_invalid", `\`${name}\` is a number of seconds, or like "30m", "24h" or "7d"`);
  return seconds;
}
