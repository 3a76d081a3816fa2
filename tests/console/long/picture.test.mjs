// The picture of docs/console.md: an hour of real deliveries to three sources, of which one destination went down twenty minutes ago.
// To take it anew: UPDATE=1 node --test tests/console/long/picture.test.mjs

import { test } from "node:test";
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { assertClean, shows, signIn, stand, visit, ADMIN_TOKEN } from "../fixtures/stand.mjs";
import { answer } from "../../e2e/fixtures/loopback.mjs";
import { newBody } from "../../e2e/fixtures/sign.mjs";
import { until } from "../../e2e/fixtures/wait.mjs";

const file = (name) => new URL(`../../../${name}`, import.meta.url).pathname;
const TARGET = file(process.env.UPDATE ? "docs/console.png" : "build/screenshots/console.png");
const MINUTE = 60;
const SHARED = "shared-secret-of-the-picture-0123456789";

const here = await stand({
  plain: 0,
  secrets: { SHARED },
  others: (loopback) => {
    const to = (name, more) => ({ origin: loopback.at(name).url, ...more });
    return {
      stripe: {
        scheme: "stripe", secrets: ["SHARED"], durable: true,
        destinations: { billing: to("billing", { when: { type: ["invoice.*"] }, give_up_after: "15m" }), search: to("search"), warehouse: to("warehouse") },
      },
      subscriptions: { scheme: "standard-webhooks", secrets: ["SECRET"], durable: true, forward: to("subscriptions") },
      workflows: { scheme: "github", secrets: ["SHARED"], durable: true, forward: to("workflows") },
    };
  },
});
const { stored, worker, loopback } = here;

/** Answers after so many milliseconds, more or less. */
const after = (ms, behaviour) => (response, request) => void setTimeout(() => behaviour(response, request), ms * (0.6 + Math.random()));
const mac = (text, secret = SHARED) => createHmac("sha256", secret).update(text).digest("hex");

const SENDERS = {
  stripe(type, isForged) {
    const body = JSON.stringify({ id: `evt_${randomUUID().slice(0, 8)}`, object: "event", type });
    const at = worker.now();
    return { body, headers: [["content-type", "application/json"], ["stripe-signature", `t=${at},v1=${mac(`${at}.${body}`, isForged ? "another" : SHARED)}`]] };
  },
  workflows(type) {
    const body = JSON.stringify({ action: "completed", id: randomUUID() });
    return { body, headers: [["content-type", "application/json"], ["x-github-event", type], ["x-github-delivery", randomUUID()], ["x-hub-signature-256", `sha256=${mac(body)}`]] };
  },
  subscriptions: (type) => stored.fresh({ body: newBody(type) }),
};

async function send(source, types, count) {
  const made = Array.from({ length: count }, (_, n) => SENDERS[source](types[n % types.length]));
  const replies = await Promise.all(made.map((one) => worker.post(source, one)));
  for (const { status, text } of replies) assert.ok(status < 300, text);
}

/** Waits for the attempts that are under way, and has the object look at the clock: what happens by itself if an hour passes at its own speed. */
async function settle({ operator }) {
  await operator.object("ring");
  await until(async () => Object.values((await operator.stats()).destinations).every(({ under_way: count }) => !count), "attempts to end");
}

test("an hour of deliveries, and what an operator sees of it", async () => {
  for (const [name, ms] of [["billing", 180], ["warehouse", 60], ["subscriptions", 45], ["workflows", 90]]) loopback.at(name).always(after(ms, answer(200)));
  // It never heard of this type.
  const deleted = after(35, answer(422));
  const others = after(35, answer(200));
  loopback.at("search").always((response, request) => (request.body.includes("customer.deleted") ? deleted : others)(response, request));
  // Counts are written every ten seconds, and a minute here is shorter.
  await worker.hurryTimers(20);
  for (let minute = 58; minute >= 0; minute -= 1) {
    if (minute === 20) loopback.at("billing").always(after(180, answer(503)));
    if (minute === 3) await send("stripe", ["customer.deleted"], 2);
    await worker.setClock(-minute * MINUTE);
    const wave = Math.round(6 + 3 * Math.sin(minute / 7) + 2 * Math.sin(minute / 3));
    await send("stripe", ["invoice.paid", "customer.created", "invoice.payment_failed"], wave);
    if (minute % 3 === 0) await send("workflows", ["push", "workflow_run"], 1 + (minute % 2));
    await send("subscriptions", ["payment.settled"], Math.max(1, wave - 4));
    if (minute % 13 === 0) assert.equal((await worker.post("stripe", SENDERS.stripe("invoice.paid", true))).status, 401);
    for (const source of ["stripe", "subscriptions", "workflows"]) await settle(stored.take(source));
  }
  await stored.take("subscriptions").operator.post("pause");
  await send("subscriptions", ["payment.settled"], 3);
  await worker.hurryTimers();
  const page = await visit(here, "", { token: null, width: 1280, height: 860 });
  // In production it has a name, and speaks TLS itself.
  await page.route("**/admin/sources", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(here.tls.url.replace("https:", "http:"), "https://hooks.example.com/") });
  });
  await signIn(page, ADMIN_TOKEN);
  const stripe = page.locator('article[data-key="stripe"]');
  await stripe.locator('li[data-key="billing"]').getByText("Broken").waitFor();
  await stripe.locator(".failing", { hasText: "2 × destination_failed at search" }).waitFor();
  await until(async () => /5 refused/.test(await stripe.locator(".hour").textContent()), "the counts of the last minute");
  await page.screenshot({ path: TARGET });
  for (const [width, theme] of [[360, "light"], [360, "dark"], [1280, "dark"]]) {
    await page.setViewportSize({ width, height: 860 });
    await page.emulateMedia({ colorScheme: theme });
    await page.screenshot({ path: file(`build/screenshots/picture-${width}-${theme}.png`), fullPage: true });
  }
  await shows(page, "sources");
  await assertClean(page);
});
