// Countersign and the senders' SDKs from npm, side by side.
import assert from "node:assert/strict";
import { test } from "node:test";
import { agrees, signsAlike } from "./agreement.mjs";
import { judge as countersign, missing } from "./countersign.mjs";
import { differences } from "./differences/npm.mjs";
import { sdk } from "./npm.mjs";
import { sdks } from "./sdks.mjs";
import { senders } from "./signers.mjs";

agrees(countersign);
agrees(sdk);
signsAlike(sdk);

test("every sender has an SDK, and differences belong to a sender", () => {
  assert.deepEqual(Object.keys(sdks).sort(), Object.keys(senders).sort());
  assert.deepEqual(Object.keys(differences).filter((name) => !(name in senders)), []);
});

test("the package knows the senders", () => assert.deepEqual(missing, []));
