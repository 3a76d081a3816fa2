// The senders' SDKs from PyPI: all that verify, or with `SDKS=few` a tenth of them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { agrees, signsAlike } from "./agreement.mjs";
import { startJudge } from "./python.mjs";
import { differences } from "./differences/python.mjs";
import { senders } from "./signers.mjs";
import { passesVectors } from "./vectors.mjs";

/** Senders without a verifier for Python on PyPI, and their variants. */
const NONE = ["linear", "mux", "notion", "sanity", "shopify", "webflow", "zoom"];
const FEW = ["standard-webhooks", "supabase-auth", "stripe", "slack"];

const list = process.env.SDKS ?? "all";
const judge = await startJudge(list);
after(() => judge.close());

agrees(judge);
passesVectors(judge);
signsAlike(judge);

test("the SDKs are those of the list, and differences belong to a sender", () => {
  const expected = list === "few" ? FEW : Object.values(senders).filter(({ preset }) => !NONE.includes(preset)).map(({ name }) => name);
  assert.deepEqual([...judge.sdks.keys()].sort(), expected.sort());
  assert.deepEqual(Object.keys(differences).filter((name) => !(name in senders)), []);
});
