// Events in the memory of one process.

/** Below this number of events, none is looked for that has expired. */
const FEW = 1_000;

/** Remembers as long as the process lives. Another process, and this one after a restart, knows nothing. */
export function memory() {
  const entries = new Map();
  let tidyAt = FEW;
  const now = () => performance.now() / 1000;
  const known = (id) => {
    const entry = entries.get(id);
    return entry !== undefined && entry.expires > now() ? entry : undefined;
  };
  /** Each time that the number has doubled, so that an event does not pay for all others. */
  const tidy = () => {
    for (const [id, { expires }] of entries) if (expires <= now()) entries.delete(id);
    tidyAt = Math.max(FEW, 2 * entries.size);
  };
  return {
    async claim(id, token, seconds) {
      const entry = known(id);
      if (entry !== undefined) return entry.done ? "done" : "held";
      entries.set(id, { token, done: false, expires: now() + seconds });
      if (entries.size > tidyAt) tidy();
      return "claimed";
    },
    async confirm(id, token, seconds) {
      // A claim that ended was not taken over, if there is nothing.
      if ((known(id)?.token ?? token) === token) entries.set(id, { token, done: true, expires: now() + seconds });
    },
    async release(id, token) {
      if (entries.get(id)?.token === token) entries.delete(id);
    },
  };
}
