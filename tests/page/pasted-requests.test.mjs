// Requests as people copy them: of HTTP/2, without a body, as a form, several in one text.

import { test } from "node:test";
import assert from "node:assert/strict";
import { takeApart } from "../../www/src/paste.js";

const HEADERS = { host: "example.com", "content-type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": "1764068070", "webhook-signature": "v1,a" };
const PAIRS = Object.entries(HEADERS);
const BODY = String.raw`{"type":"batch.succeeded","note":"it's \"é\"","n":1.0}`;
const rows = (pairs, row) => pairs.map(([name, value]) => row(name, value)).join("");
const json = JSON.stringify;
const apostrophe = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const request = `POST /hooks HTTP/1.1\r\n${rows(PAIRS, (name, value) => `${name}: ${value}\r\n`)}\r\n${BODY}`;

test("a request that has no body says so", () => {
  const lines = "x-twilio-signature: abc=\n";
  for (const text of [`GET /x?a=1 HTTP/1.1\nhost: x\n${lines}\n`, `POST /x HTTP/1.1\n${lines}Content-Length: 0\n\n`, `> POST /x HTTP/1.1\n> ${lines}> Content-Length: 0\n> \n`, json({ method: "GET", headers: { "x-twilio-signature": "abc=" } })]) {
    const { body, notes } = takeApart(text);
    assert.equal(body?.length, 0, text);
    assert.doesNotMatch(notes.join(), /no body/);
  }
  assert.equal(takeApart(`POST /x HTTP/1.1\n${lines}\n`).body, undefined, "it may have been left out of the copy");
});

test("several secrets alone are all read", () => {
  const [one, other] = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
  for (const text of [`${one} ${other}`, `${one}\n${other}\n`, `${one}, ${other}`]) assert.equal(takeApart(text).secret, `${one} ${other}`);
});

test("curl encodes a form, and names what it cannot hold", () => {
  const curl = (options) => takeApart(`curl https://x -H 'webhook-signature: v1,a' ${options}`);
  const text = ({ body }) => Buffer.from(body).toString();
  const form = curl(`--data-urlencode "Body=hello wörld+~*'()" --data-urlencode =a=b --data-urlencode 'x y' -d plain=1`);
  // What curl 7.88 sends.
  assert.equal(text(form), "Body=hello+w%C3%B6rld%2B~%2A%27%28%29&a%3Db&x+y&plain=1");
  assert.match(form.notes.join(), /may differ/);
  assert.match(curl("--data-urlencode a@file.txt").notes.join(), /in the file `file.txt`/);
  const multipart = curl("-F a=1 -F b=2");
  assert.deepEqual([multipart.body, multipart.notes.length], [undefined, 1]);
});

test("of two requests in one text, the first is read", () => {
  const lines = rows(PAIRS, (name, value) => `${name}: ${value}\r\n`);
  const other = `POST /hooks HTTP/1.1\r\n${lines}\r\n{"other":1}`;
  const curl = `curl https://x ${rows(PAIRS, (name, value) => `-H ${apostrophe(`${name}: ${value}`)} `)}-d ${apostrophe(BODY)}`;
  for (const text of [`${request}\r\n\r\n${other}`, `${request}\n${other}`, `${request}\n\n### again\n${other}`, `${curl}\ncurl https://y -H 'webhook-id: 2' -d '{}'`]) {
    const found = takeApart(text);
    assert.equal(Buffer.from(found.body).toString(), BODY, text);
    assert.equal(Object.fromEntries(found.headers.map(([name, value]) => [name.toLowerCase(), value]))["webhook-id"], "msg_1");
    assert.match(found.notes.join(), /left out/);
  }
});

test("pseudo headers of HTTP/2 are the request line", () => {
  const { host: _, ...sent } = HEADERS;
  const first = { ":method": "PUT", ":path": "/hooks?a=1,2", ":authority": "x.example", ":scheme": "https" };
  const lines = rows(Object.entries({ ...first, ...sent }), (name, value) => `${name}: ${value}\n`);
  for (const text of [`${lines}\n${BODY}`, json({ headers: { ...first, ...sent }, body: BODY })]) {
    const { url, method, headers } = takeApart(text);
    assert.deepEqual([url, method, Object.fromEntries(headers)], ["https://x.example/hooks?a=1,2", "PUT", sent]);
  }
});

test("a secret on a line above or below a delivery is no part of it", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const lines = rows(PAIRS, (name, value) => `${name}: ${value}\n`);
  for (const delivery of [request, `${lines}\n${BODY}`, json({ headers: HEADERS, body: BODY })]) {
    for (const text of [`WEBHOOK_SECRET=${secret}\n\n${delivery}`, `secret: ${secret}\r\n${delivery}`, `export A="${secret}"\n${delivery}`, `${delivery}\n\n${secret}\n`, `${delivery}\r\nsecret: ${secret}`]) {
      const found = takeApart(text);
      assert.deepEqual([found.secret, Buffer.from(found.body ?? "").toString(), found.headers.length], [secret, BODY, PAIRS.length], text);
    }
  }
  const other = secret.replace("M", "N");
  assert.equal(takeApart(`OLD=${secret}\nNEW=${other}\n${lines}\n${BODY}`).secret, `${secret} ${other}`);
});
