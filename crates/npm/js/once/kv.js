// Events in Workers KV.

/** KV refuses a shorter time. */
const LEAST_SECONDS = 60;
/** KV takes one write a second for a key, and refuses the next with a 429: a handler may be faster than that. */
const BETWEEN_WRITES_MS = 1_050;
const DONE = "done";
/** A sender, or its customer, chooses ids: none may be the name of another key of the application, or one that KV refuses, such as `.`. */
const KEY = "countersign:once:";
/** What the hash of a long id begins with, and no other key. */
const HASHED = "countersign:once-hash:";
/** The most bytes that KV takes for a key. */
const LONGEST = 512;
const encoder = new TextEncoder();

/**
 * KV has no atomic operation, and a value is seen elsewhere up to a minute later: copies that arrive within that time can both run. Use a
 * Durable Object if that matters.
 */
export function kv(namespace) {
  const get = async (id) => namespace.get(await keyOf(id));
  const put = async (id, value, seconds) => namespace.put(await keyOf(id), value, { expirationTtl: Math.max(seconds, LEAST_SECONDS) });
  return {
    async claim(id, token, seconds) {
      const known = await get(id);
      if (known !== null) return known === DONE ? "done" : "held";
      await put(id, token, seconds);
      return "claimed";
    },
    confirm: (id, _, seconds) => written(() => put(id, DONE, seconds)),
    async release(id, token) {
      if ((await get(id)) === token) await written(async () => namespace.delete(await keyOf(id)));
    },
  };
}

async function keyOf(id) {
  const bytes = encoder.encode(id);
  if (KEY.length + bytes.length <= LONGEST) return KEY + id;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return HASHED + Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
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
