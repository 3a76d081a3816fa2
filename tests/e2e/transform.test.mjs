// The example of a Worker between Countersign and a receiver, as docs/destinations.md has it.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Stored } from "./fixtures/stored.mjs";
import { Operator } from "./fixtures/inbox.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { source } from "./fixtures/worker.mjs";
import { until } from "./fixtures/wait.mjs";

let chat, stored;

before(async () => {
  chat = await Loopback.start();
  const main = fileURLToPath(new URL("../../examples/transform/index.js", import.meta.url));
  stored = await Stored.start({
    plain: 0,
    services: { TO_CHAT: { main, vars: { CHAT_URL: chat.at("hooks").url } } },
    others: () => {
      const { forward, ...rest } = source({ url: "" }, { durable: true });
      return { stripe: { ...rest, destinations: { chat: { service: "TO_CHAT", when: { type: ["invoice.payment_failed"] } } } } };
    },
  });
});

after(async () => {
  await stored?.close();
  await chat?.close();
});

test("an event arrives as a message, and is tried again if the chat does not take it", async () => {
  chat.at("hooks").next(answer(503));
  const operator = new Operator(stored.worker, "stripe");
  await stored.accept("stripe", { body: JSON.stringify({ type: "invoice.paid", data: { id: "in_0" } }) });
  const made = await stored.accept("stripe", { body: JSON.stringify({ type: "invoice.payment_failed", data: { id: "in_1" } }) });
  await until(async () => (await operator.event(made.id)).last_status === 503, "the chat's failure to be noted");
  await stored.worker.setClock(60);
  await operator.becomes(made.id, "delivered");
  const messages = chat.at("hooks").requests.map(({ body }) => JSON.parse(body));
  assert.deepEqual(messages, Array(2).fill({ text: "invoice.payment_failed: in_1", event: made.id }));
});
