// Events in the memory of one process.

/** Remembers as long as the process lives. Another process, and this one after a restart, knows nothing. */
export function memory() {
  const entries = new Map();
  const now = () => performance.now() / 1000;
  const mine = (id, token) => entries.get(id)?.token === token;
  /** A claim that ended was not taken over, if there is nothing. */
  const mayConfirm = (id, token) => mine(id, token) || !entries.has(id);
  return {
    async claim(id, token, seconds) {
      for (const [old, { expires }] of entries) if (expires <= now()) entries.delete(old);
      const known = entries.get(id);
      if (known !== undefined) return known.done ? "done" : "held";
      entries.set(id, { token, done: false, expires: now() + seconds });
      return "claimed";
    },
    async confirm(id, token, seconds) {
      if (mayConfirm(id, token)) entries.set(id, { token, done: true, expires: now() + seconds });
    },
    async release(id, token) {
      if (mine(id, token)) entries.delete(id);
    },
  };
}
