// The judges of a delivery.
import { mock } from "node:test";
import { judge as countersign } from "./countersign.mjs";
import { differences } from "./differences.mjs";
import { sdks } from "./sdks.mjs";

/** The sender's own SDK, with the clock at the delivery's `now`. */
export const sdk = {
  title: (sender) => `${sdks[sender.name].package} ${sdks[sender.name].version}`,
  knows: (sender) => sender.name in sdks,
  differences: (sender) => differences[sender.name] ?? differences[sender.preset] ?? [],
  async accepts(sender, delivery) {
    mock.timers.enable({ apis: ["Date"], now: delivery.now * 1000 });
    try {
      return await sdks[sender.name].verify(delivery);
    } catch {
      return false;
    } finally {
      mock.timers.reset();
    }
  },
};

export const judges = [sdk, countersign];
