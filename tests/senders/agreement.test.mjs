// Every judge accepts what is signed as the sender documents it, and refuses everything else. The cases in which a judge differs are asserted
// too, so that a test fails if a new version of an SDK changes one.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { casesOf, deliver } from "./cases.mjs";
import { missing } from "./countersign.mjs";
import { differences } from "./differences.mjs";
import { judges } from "./judges.mjs";
import { sdks } from "./sdks.mjs";
import { NOW } from "./signers/formats.mjs";
import { senders } from "./signers.mjs";

for (const judge of judges) {
  for (const sender of Object.values(senders).filter(judge.knows)) {
    test(`${sender.name}: ${judge.title(sender)}`, async () => {
      const cases = casesOf(sender);
      const found = {};
      for (const { name, valid, deliveries } of cases) {
        for (const delivery of deliveries) {
          if ((await judge.accepts(sender, delivery)) !== valid) found[name] = valid ? "refused" : "accepted";
        }
      }
      const listed = judge.differences(sender).flatMap(({ cases = [] }) => cases);
      const expected = cases.map(({ name }) => name).filter((name) => listed.includes(name));
      assert.deepEqual(Object.keys(found), expected, JSON.stringify(found));
    });
  }
}

test("what an SDK signs is what we sign", async (t) => {
  for (const [name, { sign }] of Object.entries(sdks).filter(([, { sign }]) => sign)) {
    await t.test(name, async () => {
      const ours = [];
      const delivery = deliver(senders[name], senders[name].keys(`${name} 1`), { signatures: (right) => [ours.push(right) && right] });
      mock.timers.enable({ apis: ["Date"], now: NOW * 1000 });
      try {
        assert.equal(await sign(delivery), ours[0]);
      } finally {
        mock.timers.reset();
      }
    });
  }
});

test("every sender has an SDK, and differences belong to a sender", () => {
  assert.deepEqual(Object.keys(sdks).sort(), Object.keys(senders).sort());
  assert.deepEqual(Object.keys(differences).filter((name) => !(name in senders)), []);
});

test("the package knows the senders", () => assert.deepEqual(missing, []));
