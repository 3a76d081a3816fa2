// Events in Workers KV.

/** KV refuses a shorter time. */
const LEAST_SECONDS = 60;
const DONE = "done";

/**
 * KV has no atomic operation, and a value is seen elsewhere up to a minute later: copies that arrive within that time can both run. Use a
 * Durable Object if that matters.
 */
export function kv(namespace) {
  const put = (id, value, seconds) => namespace.put(id, value, { expirationTtl: Math.max(seconds, LEAST_SECONDS) });
  return {
    async claim(id, token, seconds) {
      const known = await namespace.get(id);
      if (known !== null) return known === DONE ? "done" : "held";
      await put(id, token, seconds);
      return "claimed";
    },
    confirm: (id, _, seconds) => put(id, DONE, seconds),
    async release(id, token) {
      if ((await namespace.get(id)) === token) await namespace.delete(id);
    },
  };
}
