// Tests that hold a judge to the cases of each sender, and to the signatures of `signers.mjs`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf, deliver } from "./cases.mjs";
import { senders } from "./signers.mjs";

/**
 * The judge accepts what is signed as the sender documents it, and refuses everything else. The cases in which it differs are asserted too, so
 * that a test fails if a new version of an SDK changes one.
 */
export function agrees(judge) {
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

/** The judge's own helper, if it has one, computes the signature that `signers.mjs` does. */
export function signsAlike(judge) {
  test("what an SDK signs is what we sign", async (t) => {
    for (const sender of Object.values(senders).filter((sender) => judge.knows(sender) && judge.signs(sender))) {
      await t.test(sender.name, async () => {
        const ours = [];
        const delivery = deliver(sender, sender.keys(`${sender.name} 1`), { signatures: (right) => [ours.push(right) && right] });
        assert.equal(await judge.sign(sender, delivery), ours[0]);
      });
    }
  });
}
