// The senders' own SDKs from npm as judges, with the clock at the delivery's `now`.
import { mock } from "node:test";
import { differences } from "./differences/npm.mjs";
import { sdks } from "./sdks.mjs";

export const sdk = {
  title: (sender) => `${sdks[sender.name].package} ${sdks[sender.name].version}`,
  knows: (sender) => sender.name in sdks,
  signs: (sender) => sdks[sender.name].sign !== undefined,
  differences: (sender) => differences[sender.name] ?? differences[sender.preset] ?? [],
  sign: (sender, delivery) => at(delivery.now, () => sdks[sender.name].sign(delivery)),
  async accepts(sender, delivery) {
    try {
      return await at(delivery.now, () => sdks[sender.name].verify(delivery));
    } catch {
      return false;
    }
  },
};

async function at(now, act) {
  mock.timers.enable({ apis: ["Date"], now: now * 1000 });
  try {
    return await act();
  } finally {
    mock.timers.reset();
  }
}
