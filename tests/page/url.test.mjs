// Senders that sign the URL: it is read from every form of a pasted request, is part of links and copies, and a wrong one is near.

import { beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { drawn, make, open, paste, pick, verdict } from "./fixtures/browser.mjs";
import { host } from "./fixtures/visit.mjs";

const { server, browser } = await host();
const page = await open(browser, server.url);

const KEY = "a made-up signature key of a sender";
const CALLED = "https://hooks.example/square?a=1&b=%20c";
const BODY = '{"type":"payment.created","event_id":"evt_1"}';
const signature = createHmac("sha256", KEY).update(CALLED + BODY).digest("base64");
const headers = { "content-type": "application/json", "x-square-hmacsha256-signature": signature };
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`).join("");
const quoted = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`).join(" ");
const path = "/square?a=1&b=%20c";
const near = () => page.locator("#near [data-near]").evaluateAll((all) => all.map(({ dataset }) => dataset.near));

beforeEach(async () => {
  await page.click("#clear");
  await page.fill("#secret", KEY);
});

const FORMS = {
  "a raw request": `POST ${path} HTTP/1.1\nHost: hooks.example\n${lines}\n${BODY}`,
  "a raw request behind a proxy": `POST ${path} HTTP/1.1\nHost: 10.0.0.7:8080\nX-Forwarded-Host: hooks.example\nX-Forwarded-Proto: https\n${lines}\n${BODY}`,
  "a raw request with `Forwarded`": `POST ${path} HTTP/1.1\nHost: 10.0.0.7:8080\nForwarded: for=192.0.2.1;proto=https;host="hooks.example", for=10.0.0.1;host=other.example\n${lines}\n${BODY}`,
  "an .http file": `POST ${CALLED}\n${lines}\n${BODY}`,
  "what curl -v prints": `> POST ${path} HTTP/2\n> Host: hooks.example\n${lines.replace(/^/gm, "> ").replace(/> $/, "")}>\n${BODY}`,
  curl: `curl '${CALLED}' ${quoted} --data-raw '${BODY}'`,
  "curl --url": `curl --request POST --url "${CALLED}" ${quoted} -d '${BODY}'`,
  HTTPie: `http POST '${CALLED}' ${Object.entries(headers).map(([name, value]) => `'${name}:${value}'`).join(" ")} --raw '${BODY}'`,
  PowerShell: `Invoke-WebRequest -Uri "${CALLED}" -Method POST -Headers @{ "x-square-hmacsha256-signature" = "${signature}" } -Body '${BODY}'`,
  fetch: `await fetch("${CALLED}", ${JSON.stringify({ method: "POST", headers, body: BODY })});`,
  "requests.post": `requests.post("${CALLED}", headers=${JSON.stringify(headers)}, data='${BODY}')`,
  "a log of Express": JSON.stringify({ method: "POST", originalUrl: path, url: "/", headers: { ...headers, host: "hooks.example" }, body: BODY }),
  "a log of Fetch": JSON.stringify({ request: { method: "POST", url: CALLED, headers }, body: BODY }),
  "an event of API Gateway": JSON.stringify({ rawPath: "/square", rawQueryString: "a=1&b=%20c", headers: { ...headers, host: "hooks.example" }, requestContext: { http: { method: "POST" } }, body: BODY }),
  "an event of a REST API": JSON.stringify({ path: "/", queryStringParameters: { a: "1", b: " c" }, headers: { ...headers, Host: "hooks.example" }, httpMethod: "POST", requestContext: { path: "/square" }, body: BODY }),
  "an event of a load balancer": JSON.stringify({ path: "/square", queryStringParameters: { a: "1", b: "%20c" }, headers: { ...headers, host: "hooks.example" }, httpMethod: "POST", requestContext: { elb: {} }, body: BODY }),
  "a HAR file": JSON.stringify({ log: { entries: [{ request: { method: "POST", url: CALLED, headers: Object.entries(headers).map(([name, value]) => ({ name, value })), postData: { text: BODY } } }] } }),
  "a Postman collection": JSON.stringify({ item: [{ request: { method: "POST", url: { raw: CALLED }, header: Object.entries(headers).map(([key, value]) => ({ key, value })), body: { mode: "raw", raw: BODY } } }] }),
};

for (const [name, text] of Object.entries(FORMS)) {
  test(`${name} has the URL`, async () => {
    await paste(page, text);
    assert.equal(await page.locator("#url").inputValue(), CALLED, await page.locator("#paste-note").textContent());
    await page.fill("#secret", KEY);
    await drawn(page);
    assert.equal(await verdict(page), "genuine", await page.locator("#verdict-text").innerText());
    assert.match(await page.locator("#paste-note").textContent(), /the URL/);
  });
}

test("without a URL, the page waits for it", async () => {
  await paste(page, `${lines}\n${BODY}`);
  assert.equal(await verdict(page), "waiting");
  assert.match(await page.locator("#verdict-text").innerText(), /^Waiting for the URL/);
  await page.fill("#url", CALLED);
  await drawn(page);
  assert.equal(await verdict(page), "genuine");
  const parts = await page.locator("#signed-legend span[class^=part]").allTextContents();
  assert.deepEqual(parts, ["URL", "body"]);
  assert.equal(await page.locator("#signed-bytes").textContent(), CALLED + BODY);
});

test("a URL that a proxy or a person changed is near", async () => {
  await paste(page, FORMS["a raw request"]);
  for (const [url, words] of [["http://hooks.example/square?a=1&b=%20c", "begins with https://"], ["https://hooks.example:8443/square?a=1&b=%20c", "has no port"], ["https://hooks.example/square/?a=1&b=%20c", "has no slash at its end"]]) {
    await page.fill("#url", url);
    await drawn(page);
    assert.deepEqual(await near(), ["url"], url);
    assert.ok((await page.locator("#verdict-text").innerText()).includes(words), await page.locator("#verdict-text").innerText());
  }
  await make(page, "hubspot");
  await page.selectOption("#method", "PUT");
  await drawn(page);
  assert.deepEqual(await near(), ["method"]);
});

test("a link has the URL, and leads to the same verdict", async () => {
  await make(page, "hubspot", "http-url");
  await page.click("#share");
  const link = await page.locator("#taken").inputValue();
  const other = await open(browser, link);
  assert.equal(await other.locator("#url").inputValue(), await page.locator("#url").inputValue());
  await other.fill("#secret", await page.locator("#secret").inputValue());
  await drawn(other);
  assert.match(await other.locator("#verdict-text").innerText(), /begins with https/);
});

test("copies are sent to the URL, and lead back to it", async () => {
  await make(page, "square");
  const url = await page.locator("#url").inputValue();
  for (const id of ["curl", "http"]) {
    await page.click(`[data-copy="${id}"]`);
    const text = await page.locator("#taken").inputValue();
    await page.fill("#url", "");
    await paste(page, text);
    assert.equal(await page.locator("#url").inputValue(), url, text);
    assert.equal(await verdict(page), "genuine", id);
  }
  await page.click('[data-copy="rust"]');
  assert.ok((await page.locator("#taken").inputValue()).includes(`.with_target(Target { method: "POST", url: "${url}" })`));
  await page.click('[data-copy="js"]');
  assert.ok((await page.locator("#taken").inputValue()).includes(`url: "${url}", method: "POST"`));
});

test("the URL of a sender that does not sign it is not kept", async () => {
  await pick(page, "sender", "stripe");
  await paste(page, `POST /hook?token=secret HTTP/1.1\nHost: example.com\nstripe-signature: t=1,v1=aa\n\n{}`);
  await page.click("#share");
  const link = await page.locator("#taken").inputValue();
  assert.doesNotMatch(Buffer.from(link.split("#")[1], "base64url").toString(), /token=secret/);
});
