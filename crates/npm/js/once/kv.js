// Events in Workers KV.

/** KV refuses a shorter time. */
const LEAST_SECONDS = 60;
const DONE = "done";
/** A sender, or its customer, chooses ids: none may be the name of another key of the application, or one that KV refuses, such as `.`. */
const KEY = "countersign:once:";

/**
 * KV has no atomic operation, and a value is seen elsewhere up to a minute later: copies that arrive within that time can both run. Use a
 * Durable Object if that matters.
 */
export function kv(namespace) {
  const put = (id, value, seconds) => namespace.put(KEY + id, value, { expirationTtl: Math.max(seconds, LEAST_SECONDS) });
  return {
    async claim(id, token, seconds) {
      const known = await namespace.get(KEY + id);
      if (known !== null) return known === DONE ? "done" : "held";
      await put(id, token, seconds);
      return "claimed";
    },
    confirm: (id, _, seconds) => put(id, DONE, seconds),
    async release(id, token) {
      if ((await namespace.get(KEY + id)) === token) await namespace.delete(KEY + id);
    },
  };
}
