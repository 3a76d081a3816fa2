// Events in Redis or Valkey.

const DONE = "done";
/** A sender, or its customer, chooses ids: none may be the name of another key of the application. */
const KEY = "countersign:once:";
/** In one step: between two, what is known could expire. */
const CLAIM = 'local known = redis.call("get", KEYS[1]) if not known then redis.call("set", KEYS[1], ARGV[1], "EX", ARGV[2]) end return known';
/** A claim that ended was not taken over, if there is nothing. */
const CONFIRM = 'local known = redis.call("get", KEYS[1]) if known == ARGV[1] or not known then redis.call("set", KEYS[1], "done", "EX", ARGV[2]) end return 1';
const RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("del", KEYS[1]) end return 1';

/**
 * One copy alone gets the claim, as long as one server takes the writes. A failover may lose the newest: with asynchronous replication an
 * event may then run again. The client is of npm `redis` or `ioredis`, of one server or of a cluster.
 */
export function redis(client) {
  // Both name the key, by which a cluster finds the server.
  const evaluate = (script, id, ...words) => (typeof client.call === "function" ? client.call("EVAL", script, "1", KEY + id, ...words) : client.eval(script, { keys: [KEY + id], arguments: words }));
  return {
    async claim(id, token, seconds) {
      const known = await evaluate(CLAIM, id, token, String(seconds));
      if (known === null) return "claimed";
      return String(known) === DONE ? "done" : "held";
    },
    confirm: (id, token, seconds) => evaluate(CONFIRM, id, token, String(seconds)),
    release: (id, token) => evaluate(RELEASE, id, token),
  };
}
