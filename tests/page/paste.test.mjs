// Pasting: each form fills the fields, byte for byte.

import { beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chosen, drawn, paste, verdict } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"type":"batch.succeeded","note":"it\'s \\"é\\""}';
const NOW = Math.floor(Date.now() / 1000);
const signature = (body) => `v1,${createHmac("sha256", Buffer.from(SECRET.slice(6), "base64")).update(`msg_1.${NOW}.`).update(body).digest("base64")}`;
const headers = (body = BODY) => ({ "content-type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": String(NOW), "webhook-signature": signature(body) });
const lines = (body, end = "\n") => Object.entries(headers(body)).map(([name, value]) => `${name}: ${value}${end}`).join("");

const page = await visit();

beforeEach(async () => {
  await page.click("#clear");
  await page.fill("#secret", SECRET);
});

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const ansi = (text) => `$'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("é", "\\u00e9")}'`;
const options = (flag, body) => Object.entries(headers(body)).map(([name, value]) => `${flag} ${quoted(`${name}: ${value}`)}`).join(" \\\n  ");
const MULTILINE = '{\n  "type": "batch.succeeded"\n}\r\n';

const forms = {
  "a raw request": `POST /hooks?x=1 HTTP/1.1\nHost: example.com\n${lines()}\n${BODY}`,
  "a raw request with CR LF": `POST /hooks HTTP/1.1\r\n${lines(BODY, "\r\n")}\r\n${BODY}`,
  "a raw request whose body has lines": `POST /hooks HTTP/2\r\n${lines(MULTILINE, "\r\n")}\r\n${MULTILINE}`,
  "an .http file": `# sent by hand\nPOST https://example.com/hooks\n${lines()}\n${BODY}`,
  "what curl -v prints": `> POST /hooks HTTP/1.1\n${lines().replace(/^/gm, "> ").replace(/> $/, "")}>\n${BODY}`,
  curl: `curl -X POST https://example.com/hooks \\\n  ${options("-H")} \\\n  --data-binary ${quoted(BODY)}`,
  "curl with long options": `curl --request POST --url https://example.com ${options("--header")} --data-raw ${ansi(BODY)} | jq .`,
  "curl of a browser, with lines": `curl 'https://example.com' ${options("-H", MULTILINE)} --data-raw ${ansi(MULTILINE)} --compressed`,
  "curl behind a prompt and a variable": `$ KEY=x curl -sS ${options("-H")} -d${quoted(BODY)} http://127.0.0.1`,
  "a JSON log": JSON.stringify({ level: "info", request: { method: "POST", headers: headers(), body: BODY } }),
  "a log of pairs": JSON.stringify({ headers: Object.entries(headers()), rawBody: BODY }),
  "a log of names and values": JSON.stringify({ headers: Object.entries(headers()).map(([name, value]) => ({ name, value })), body: BODY }),
  "a log of rawHeaders": JSON.stringify({ rawHeaders: Object.entries(headers()).flat(), body: BODY }),
  "an event of API Gateway": JSON.stringify({ version: "2.0", headers: headers(), body: Buffer.from(BODY).toString("base64"), isBase64Encoded: true }),
  "a log in a log": JSON.stringify({ message: JSON.stringify({ headers: headers(), body: BODY }) }),
  "the last line of a log": `starting\n2026-11-25T10:00:00Z INFO ${JSON.stringify({ headers: headers(), body: BODY })}\n`,
};

for (const [name, text] of Object.entries(forms)) {
  test(`${name} is genuine when pasted`, async () => {
    await paste(page, text);
    assert.equal(await verdict(page), "genuine", await page.locator("#paste-note").textContent());
    assert.match(await page.locator("#headers").inputValue(), /^webhook-id: msg_1$/m);
    assert.equal(await page.locator("#paste").inputValue(), "");
    assert.match(await page.locator("#paste-note").textContent(), /^Read as /);
  });
}

test("headers and body one after the other, headers copied from a network panel", async () => {
  await paste(page, Object.entries(headers()).map(([name, value]) => `${name}:\n${value}\n`).join(""));
  await paste(page, BODY);
  assert.equal(await verdict(page), "genuine");
});

test("a secret is found beside the delivery, and is not shown", async () => {
  await page.fill("#secret", "");
  await paste(page, `export SECRET=${SECRET}\ncurl ${options("-H")} --data-binary ${quoted(BODY)} http://127.0.0.1`);
  assert.equal(await page.locator("#secret").inputValue(), SECRET);
  assert.equal(await page.locator("#secret").getAttribute("type"), "password");
  assert.equal(await verdict(page), "genuine");
  assert.doesNotMatch(await page.locator("body").innerText(), new RegExp(SECRET.slice(6)));
});

test("a secret below the headers is not a body", async () => {
  await page.fill("#secret", "");
  await paste(page, `${lines()}\n${SECRET}\n`);
  assert.equal(await page.locator("#secret").inputValue(), SECRET);
  assert.equal(await page.locator("#body").inputValue(), "");
  assert.match(await page.locator("#verdict-text").innerText(), /^Waiting for the body/);
});

test("a secret, a signature and a key set alone go to their fields", async () => {
  await paste(page, `  ${SECRET}\n`);
  assert.equal(await page.locator("#secret").inputValue(), SECRET);
  await paste(page, lines());
  await paste(page, "v1,AAAA v1,BBBB");
  assert.match(await page.locator("#headers").inputValue(), /webhook-signature: v1,AAAA v1,BBBB$/);
  await paste(page, '{"keys":[]}');
  assert.equal(await page.locator("#jwks").inputValue(), '{"keys":[]}');
  assert.equal(await chosen(page), "gemini-dynamic");
});

test("the scheme is taken from the headers", async () => {
  await paste(page, `POST / HTTP/1.1\n${lines().replaceAll("webhook-", "svix-")}\n${BODY}`);
  assert.equal(await chosen(page), "svix");
  assert.equal(await verdict(page), "genuine");
});

test("a parsed body, and a body in a file, are reported as such", async () => {
  await paste(page, JSON.stringify({ headers: headers(), body: JSON.parse(BODY) }));
  assert.match(await page.locator("#paste-note").textContent(), /already parsed/);
  await paste(page, `curl ${options("-H")} -d @event.json http://127.0.0.1`);
  assert.match(await page.locator("#paste-note").textContent(), /in the file event\.json.*drops line breaks/);
});

test("text without a delivery changes nothing, and the page says so", async () => {
  await paste(page, lines());
  const before = await page.locator("#headers").inputValue();
  await paste(page, "hello");
  assert.equal(await page.locator("#headers").inputValue(), before);
  assert.match(await page.locator("#paste-note").textContent(), /Nothing in this looks like a delivery/);
});

test("a file is the body, byte for byte, whatever it contains", async () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0x0d, 0x0a, 0xff]);
  await paste(page, Object.entries(headers(bytes)).map(([name, value]) => `${name}: ${value}`).join("\n"));
  await page.setInputFiles("#body-file", { name: "event.json", mimeType: "application/json", buffer: bytes });
  await page.waitForSelector('#verdict[data-state="genuine"]');
  const marks = await page.locator("#signed-marks li").evaluateAll((all) => all.map(({ dataset }) => dataset.mark));
  assert.deepEqual(marks.filter((mark) => ["BOM", "Not UTF-8", "CR LF"].includes(mark)), ["BOM", "Not UTF-8", "CR LF"]);
  assert.ok(await page.locator("#body").evaluate((field) => field.readOnly));
});

test("a dropped file is the body as well", async () => {
  await paste(page, lines(MULTILINE));
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "body.json"));
    document.getElementById("verdict").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, MULTILINE);
  await page.waitForSelector('#verdict[data-state="genuine"]');
  assert.match(await page.locator("#paste-note").textContent(), /Read body\.json: 33 bytes/);
});

test("typing into a body of CR LF keeps CR LF", async () => {
  const text = "{\r\n}\r\n";
  await paste(page, `POST / HTTP/1.1\r\n${lines(`${text} `, "\r\n")}\r\n${text}`);
  assert.equal(await verdict(page), "refused");
  await page.locator("#body").press("Control+End");
  await page.keyboard.type(" ");
  await drawn(page);
  assert.equal(await verdict(page), "genuine");
});
