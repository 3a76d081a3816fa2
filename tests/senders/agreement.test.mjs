// Every judge accepts what is signed as the sender documents it, and refuses everything else. Each judge lists the cases in which it differs;
// they are asserted too, so that a test fails if a new version of an SDK changes one.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { casesOf, deliver } from "./cases.mjs";
import { judges } from "./judges.mjs";
import { sdks } from "./sdks.mjs";
import { NOW } from "./signers/formats.mjs";
import { senders } from "./signers.mjs";

for (const judge of judges) {
  for (const sender of Object.values(senders).filter(judge.knows)) {
    test(`${sender.name}: ${judge.title(sender)}`, async () => {
      const [cases, differs] = [casesOf(sender), judge.differs(sender)];
      const found = {};
      for (const { name, valid, deliveries } of cases) {
        const verdicts = await all(deliveries, (delivery) => judge.accepts(sender, delivery));
        const same = verdicts.filter((verdict) => verdict === valid).length;
        if (same !== verdicts.length) found[name] = `${verdicts.length - same} of ${verdicts.length} ${valid ? "refused" : "accepted"}`;
      }
      assert.deepEqual(Object.keys(found).sort(), Object.keys(differs).sort(), JSON.stringify(found, null, 2));
    });
  }
}

test("what an SDK signs is what we sign", async (t) => {
  for (const [name, { sign }] of Object.entries(sdks).filter(([, { sign }]) => sign)) {
    await t.test(name, async () => {
      const sender = senders[name];
      const pair = sender.keys(`${name} 1`);
      const ours = [];
      const valid = deliver(sender, pair, { signatures: (right) => [ours.push(right) && right] });
      mock.timers.enable({ apis: ["Date"], now: NOW * 1000 });
      try {
        assert.equal(await sign(valid), ours[0]);
      } finally {
        mock.timers.reset();
      }
    });
  }
});

test("every sender has an SDK, and every SDK a sender", () => {
  assert.deepEqual(Object.keys(sdks).sort(), Object.keys(senders).sort());
});

async function all(list, act) {
  const results = [];
  for (const item of list) results.push(await act(item));
  return results;
}
