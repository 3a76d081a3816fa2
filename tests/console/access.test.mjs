// Cloudflare Access in front of the console: no token to enter, a name for each action, and nothing for whoever it did not let in.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { Access } from "./fixtures/access.mjs";
import { agree, assertClean, go, said, shows, stand, visit } from "./fixtures/stand.mjs";
import { serving } from "../e2e/fixtures/keysets.mjs";
import { Loopback } from "../e2e/fixtures/loopback.mjs";
import { jwt, newRsa } from "../e2e/fixtures/sign.mjs";

const AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const [key, foreign] = ["one", "one"].map((kid) => newRsa(kid));
const keys = await Loopback.start();
after(() => keys.close());
keys.at("cdn-cgi/access/certs").always(serving([key.jwk]));
const team = new URL(keys.at("cdn-cgi/access/certs").url).origin;
const access = new Access();
const here = await stand({ plain: 1, gate: access.gate, variables: { ADMIN: { access: { team, audience: AUDIENCE, role: "operator" } } } });

function tokenOf(more = {}, by = key) {
  const now = here.worker.now();
  return jwt(by, { aud: [AUDIENCE], email: "ana@example.com", exp: now + 3600, iat: now, nbf: now, iss: team, type: "app", sub: "7335d417", ...more });
}

/** A page of somebody who just signed in to Access. */
function signedIn() {
  Object.assign(access, { isOn: true, isOver: false, token: tokenOf() });
  return visit({ browser: here.browser, url: here.tls.url }, "cdn-cgi/access/authorized", { token: null });
}

const refresh = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

test("whoever Access lets in needs no token, and acts under their name", async () => {
  const page = await signedIn();
  await shows(page, "sources");
  assert.equal(await page.locator(".role").textContent(), "ana@example.com · operator");
  await page.getByRole("button", { name: "Pause" }).click();
  await agree(page);
  await said(page, /is paused/);
  await page.getByRole("button", { name: "Resume" }).click();
  await said(page, /is resumed/);
  await go(page, "#/audit");
  const row = page.locator("main tbody tr").first();
  assert.match(await row.textContent(), /ana@example\.com.*operator.*resume/);
  assert.equal(await page.evaluate(() => document.cookie), "");
  await assertClean(page);
});

test("signing out is signing out of Access, and nothing is shown after that", async () => {
  const page = await signedIn();
  await shows(page, "sources");
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByText("You are signed out of Access.").waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  await page.goBack();
  await page.reload();
  await page.getByText("Sign in to Access.").waitFor();
});

test("when the session of Access is over, the console says so, and how to go on", async () => {
  const page = await signedIn();
  await shows(page, "sources");
  access.isOver = true;
  await refresh(page);
  await page.getByText("Your session of Cloudflare Access ended. Reload the page to sign in again.").waitFor();
  assert.equal(await page.locator("article").count(), 0, "nothing of the screen is left");
  await page.reload();
  await page.getByText("Sign in to Access.").waitFor();
});

test("a token of another team or application opens nothing, whoever sends it", async () => {
  const wrong = { team: tokenOf({ iss: "https://other.cloudflareaccess.com" }), application: tokenOf({ aud: ["f".repeat(64)] }), key: tokenOf({}, foreign), expired: tokenOf({ exp: here.worker.now() - 600 }) };
  // So many guesses are held back.
  await here.worker.hurryTimers(1000);
  for (const [what, token] of Object.entries(wrong)) {
    // As if somebody had reached the Worker by another way.
    Object.assign(access, { isOn: false, token });
    const page = await visit({ browser: here.browser, url: here.tls.url }, "cdn-cgi/access/authorized", { token: null });
    await page.locator("#token").waitFor();
    const statuses = await page.evaluate(async () => Promise.all(["sources", "plain0/events", "audit"].map(async (path) => (await fetch(`/admin/${path}`)).status)));
    assert.deepEqual(statuses, [401, 401, 401], what);
    await page.context().close();
  }
  await here.worker.hurryTimers();
});
