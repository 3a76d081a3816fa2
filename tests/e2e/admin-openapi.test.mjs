// The description of the admin API is valid, is what the Worker serves, and tells the truth: each route that it has exists.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ConsoleApi, OPERATOR, VIEWER } from "./fixtures/console-api.mjs";

const FILE = new URL("../../docs/openapi.json", import.meta.url);
const description = JSON.parse(readFileSync(FILE, "utf8"));
let api, worker;

before(async () => {
  api = await ConsoleApi.start();
  ({ worker } = api);
});

after(() => api?.close());

test("it is a valid description of version 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(description));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.1");
  const { valid: isStillValid } = await new Validator().validate({ ...structuredClone(description), paths: { "/x": { get: { parameters: 7 } } } });
  assert.equal(isStillValid, false, "the validator finds faults");
});

test("the Worker serves it", async () => {
  const reply = await worker.get("admin/openapi.json", VIEWER);
  assert.deepEqual([reply.status, reply.headers["content-type"]], [200, "application/json"]);
  assert.deepEqual(reply.json, description);
});

test("each of its operations exists, and asks for the role that it names", async () => {
  for (const [pattern, operations] of Object.entries(description.paths)) {
    const path = pattern.slice(1).replace("{source}", "stored").replace(/\{[a-z]+\}/, "x");
    for (const [method, { "x-role": role }] of Object.entries(operations)) {
      const call = (headers) => worker.post(path, { method: method.toUpperCase(), headers });
      const name = `${method} ${pattern}`;
      if (role === "anyone") continue;
      assert.equal((await call([])).status, 401, name);
      assert.equal((await call(VIEWER)).json?.code === "forbidden", role === "operator", name);
      const { status, json } = await call(OPERATOR);
      assert.ok(status !== 405 && json?.code !== "forbidden" && json?.code !== "internal_error", `${name}: ${status} ${json?.code}`);
    }
  }
});
