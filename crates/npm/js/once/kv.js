// Events in Workers KV.

/** KV refuses a shorter time. */
const LEAST_SECONDS = 60;
/** KV takes one write a second for a key, and refuses the next with a 429: a handler may be faster than that. */
const BETWEEN_WRITES_MS = 1_050;
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
    confirm: (id, _, seconds) => written(() => put(id, DONE, seconds)),
    async release(id, token) {
      if ((await namespace.get(KEY + id)) === token) await written(() => namespace.delete(KEY + id));
    },
  };
}

/** Writes after the claim's write, and once more after a second if KV refuses. */
async function written(write) {
  try {
    await write();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_WRITES_MS));
    await write();
  }
}
