// The senders' own SDKs from PyPI as judges: `python/judge.py` in a virtual environment under build/.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline/promises";
import { venv } from "../e2e/sdk/fixtures/venv.mjs";
import { differences } from "./differences/python.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Starts a judge with the SDKs of `python/<list>.txt`. It ends with `close`. */
export async function startJudge(list) {
  const interpreter = await venv(path(`../../build/senders/python-${list}`), path(`python/${list}.txt`));
  const child = spawn(interpreter, [path("python/judge.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    assert.equal(done, false, "judge.py ended");
    return JSON.parse(value);
  };
  const ask = (act, sender, { headers, ...delivery }) => {
    const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    child.stdin.write(`${JSON.stringify({ email: null, ...delivery, act, sender: sender.name, headers: lower })}\n`);
    return next();
  };
  const sdks = new Map((await next()).map((sdk) => [sdk.name, sdk]));
  return {
    sdks,
    title: ({ name }) => `${sdks.get(name).package} ${sdks.get(name).version} for Python`,
    knows: ({ name }) => sdks.has(name),
    signs: ({ name }) => sdks.get(name).signs,
    differences: ({ name, preset }) => differences[name] ?? differences[preset] ?? [],
    accepts: async (sender, delivery) => (await ask("verify", sender, delivery)).accepted,
    async sign(sender, delivery) {
      const { signature, error } = await ask("sign", sender, delivery);
      return signature ?? error;
    },
    close: () => child.stdin.end(),
  };
}
