// Signing in and out, and what a session is good for: nobody without the token, no other site, and a viewer changes nothing.

import { before, test } from "node:test";
import assert from "node:assert/strict";
import { ADMIN_TOKEN, READ_TOKEN, agree, assertClean, go, said, shows, signIn, stand, visit } from "./fixtures/stand.mjs";
import { tlsBefore } from "./fixtures/tls.mjs";
import { answer } from "../e2e/fixtures/loopback.mjs";

/** What the Worker says of a session that ended, to requests that match. */
let ended;
const gate = (request, response) => {
  if (!ended?.test(`${request.method} ${request.url}`)) return false;
  response.writeHead(401, { "content-type": "application/problem+json" }).end('{"code":"unauthorized","title":"The token is missing or wrong."}');
  return true;
};
const here = await stand({ plain: 2, gate });
const { stored } = here;
let made;

before(async () => {
  made = await stored.accept("plain0");
});

test("a wrong token is refused, and the right one opens the screen that the URL names", async () => {
  const page = await visit(here, "#/events/plain0", { token: null });
  await page.waitForFunction(() => document.activeElement.id === "token");
  assert.equal(await page.locator("#nav").isVisible(), false);
  await page.fill("#token", "a-token-that-is-none-of-theirs");
  await page.keyboard.press("Enter");
  await page.getByText("This is not the token of this Worker.").waitFor();
  assert.equal(await page.locator('[role="alert"]').textContent(), "This is not the token of this Worker.");
  await signIn(page, ADMIN_TOKEN);
  assert.equal(await page.locator("h1").textContent(), "Events");
  assert.match(await page.locator(".role").textContent(), /Operator/);
  await assertClean(page);
});

test("a browser that does not keep the cookie is said not to", async () => {
  const page = await visit(here, "", { token: null });
  // As over HTTP, or where cookies are blocked.
  await page.route("**/admin/session", (route) => (route.request().method() === "POST" ? route.fulfill({ status: 204 }) : route.continue()));
  await page.fill("#token", ADMIN_TOKEN);
  await page.click('.sign-in button[type="submit"]');
  await page.getByText("The token is right, but the browser has not kept the cookie").waitFor();
  await assertClean(page);
});

test("the cookie is out of reach of scripts, and neither it nor the token is stored or in a URL", async () => {
  const page = await visit(here);
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], ["__Host-countersign", true, true, "Strict", "/"]);
  const stored = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href, document.documentElement.outerHTML]));
  assert.ok(!stored.includes(ADMIN_TOKEN) && !stored.includes(cookie.value));
  assert.ok(page.seen.requests.every((url) => !url.includes(ADMIN_TOKEN)));
  await page.reload();
  await shows(page, "sources");
  await assertClean(page);
});

test("signing out ends the session here and in the page's other tabs", async () => {
  const page = await visit(here);
  const other = await page.context().newPage();
  await other.goto(`${here.url}#/events/plain0`);
  await shows(other, "events");
  await page.getByText("Sign out").click();
  await page.getByText("You are signed out.").waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  await other.getByText("Your session ended. Sign in again to go on.").waitFor();
  assert.equal(await other.locator("main table").count(), 0, "nothing of the screen is left");
  await signIn(other, ADMIN_TOKEN);
  assert.equal(await other.locator("h1").textContent(), "Events");
});

test("a session that ends before a body is shown, a search or a sign-out leads to the form to sign in, which says why", async () => {
  const event = `#/event/plain0/${made.id}`;
  const search = async (page, text) => {
    await page.fill("#search", text);
    await page.keyboard.press("Enter");
  };
  const actions = [
    [event, (page) => page.getByRole("button", { name: "Show the body" }).click()],
    [event, (page) => page.getByRole("button", { name: "Download" }).click()],
    ["#/health", (page) => search(page, "a".repeat(32))],
    ["#/audit", (page) => search(page, made.id)],
    ["#/sources", (page) => page.getByText("Sign out").click()],
  ];
  for (const [place, act] of actions) {
    const page = await visit(here, place);
    ended = /^(?!GET .admin.session$).* .admin/;
    await act(page);
    await page.getByText("Your session ended. Sign in again to go on.").waitFor();
    const described = (await page.getAttribute("#token", "aria-describedby")).split(" ");
    assert.match(await page.locator(`#${described[0]}`).textContent(), /Your session ended/);
    assert.equal(await page.locator("#notice").textContent(), "");
    ended = undefined;
    await assertClean(page);
    await page.context().close();
  }
});

test("while the Worker does not respond, nobody is signed out, and the console says so", async () => {
  const page = await visit(here);
  here.tls.cut();
  await page.getByText("Sign out").click();
  await said(page, /The Worker does not respond/);
  here.tls.mend();
  await page.reload();
  await shows(page, "sources");
  await assertClean(page);
});

test("a viewer sees all screens, is offered no actions, and is told why", async () => {
  const page = await visit(here, "", { token: READ_TOKEN });
  assert.match(await page.locator(".role").textContent(), /Viewer/);
  assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
  assert.equal(await page.getByText("Send a test event").count(), 0);
  await go(page, "#/events/plain0");
  await page.getByText("You are signed in as a viewer").waitFor();
  assert.equal(await page.getByText("Replay matching").count(), 0);
  await go(page, `#/event/plain0/${made.id}`);
  await page.locator("main .note").getByText("Viewers see no bodies.").waitFor();
  for (const name of ["Replay", "Discard", "Forget", "Show the body"]) assert.equal(await page.getByRole("button", { name }).count(), 0, name);
  await page.keyboard.press("r");
  assert.equal(await page.locator("#dialog[open]").count(), 0);
  // Not offered, and not possible either.
  const statuses = await page.evaluate(async (id) => {
    const ask = async (method, path) => (await fetch(`/admin/plain0/${path}`, { method, headers: { "x-countersign-console": "1" } })).status;
    return [await ask("POST", "pause"), await ask("DELETE", `events/${id}`), await ask("GET", `events/${id}/body`)];
  }, made.id);
  assert.deepEqual(statuses, [403, 403, 403]);
  for (const screen of ["refused", "health", "audit"]) await go(page, `#/${screen}`);
  await assertClean(page);
});

test("a page of another site cannot act with the cookie", async () => {
  const page = await visit(here);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const statuses = [];
  for (const [site, header] of [["cross-site", "1"], ["same-site", "1"], ["none", "1"], [undefined, "1"], ["same-origin", undefined]]) {
    const headers = [["cookie", cookie], site && ["sec-fetch-site", site], header && ["x-countersign-console", header]].filter(Boolean);
    const reply = await stored.worker.post("admin/plain0/pause", { headers });
    statuses.push(reply.status);
  }
  assert.deepEqual(statuses, [403, 403, 403, 403, 403]);
  await page.reload();
  await shows(page, "sources");
  assert.equal(await page.getByText("Paused").count(), 0);
});

test("nor can one that a browser shows: on another port, and on another host", async () => {
  const page = await visit(here);
  const elsewhere = here.loopback.at("elsewhere");
  elsewhere.always(answer(200, { "content-type": "text/html" }, "<p>another site</p>"));
  // Over TLS too: otherwise a browser sends it no cookie of ours in any case.
  const tls = await tlsBefore(() => new URL("/", elsewhere.url).href);
  const outcomes = [];
  for (const host of ["127.0.0.1", "localhost"]) {
    const other = await page.context().newPage();
    await other.goto(`${tls.url}elsewhere`.replace("127.0.0.1", host));
    await other.getByText("another site").waitFor();
    for (const path of ["admin/plain0/pause", "admin/session"]) {
      const answered = page.context().waitForEvent("response", (response) => response.url().endsWith(path));
      await other.evaluate(async ([url]) => void (await fetch(url, { method: "POST", mode: "no-cors", credentials: "include", body: "{}" })), [`${here.tls.url}${path}`]);
      outcomes.push((await answered).status());
    }
    // With the header that the console sends, the browser asks first, and nothing allows it.
    const isRefused = await other.evaluate((url) => fetch(url, { method: "POST", credentials: "include", headers: { "x-countersign-console": "1" } }).then(() => false, () => true), `${here.tls.url}admin/plain0/pause`);
    outcomes.push(isRefused);
    await other.close();
  }
  // On another port the browser sends the cookie, and says whose page it is; on another host it sends none.
  assert.deepEqual(outcomes, [403, 403, true, 401, 403, true]);
  tls.close();
  await page.reload();
  await shows(page, "sources");
  assert.equal(await page.getByText("Paused").count(), 0);
});

test("replacing the token ends its sessions", async () => {
  const page = await visit(here);
  await stored.worker.restart({ secrets: { SECRET: stored.secret, ADMIN_TOKEN: `${ADMIN_TOKEN}-2`, ADMIN_READ_TOKEN: READ_TOKEN } });
  await page.getByText("Your session ended. Sign in again to go on.").waitFor();
  await signIn(page, `${ADMIN_TOKEN}-2`);
  await page.getByRole("button", { name: "Pause" }).first().click();
  await agree(page);
  await page.getByText("Paused", { exact: true }).waitFor();
});
