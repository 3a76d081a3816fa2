// Events in Redis or Valkey.

const DONE = "done";
const CONFIRM = 'if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("set", KEYS[1], "done", "EX", ARGV[2]) end return 1';
const RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("del", KEYS[1]) end return 1';

/**
 * One copy alone gets the claim, as long as one server takes the writes. A failover may lose the newest: with asynchronous replication an
 * event may then run again. The client is of npm `redis` or `ioredis`.
 */
export function redis(client) {
  const send = (...words) => (typeof client.call === "function" ? client.call(...words) : client.sendCommand(words));
  return {
    async claim(id, token, seconds) {
      if ((await send("SET", id, token, "NX", "EX", String(seconds))) !== null) return "claimed";
      return String(await send("GET", id)) === DONE ? "done" : "held";
    },
    confirm: (id, token, seconds) => send("EVAL", CONFIRM, "1", id, token, String(seconds)),
    release: (id, token) => send("EVAL", RELEASE, "1", id, token),
  };
}
