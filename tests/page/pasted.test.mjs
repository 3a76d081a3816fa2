// What people copy: every form in which a console, a panel, a tool or a log shows a delivery yields the same headers and the same bytes.
// Node and Python print theirs during the test; the other samples are from their public sources.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { CODES } from "../../www/src/codes.js";
import { takeApart } from "../../www/src/paste.js";
import { paste, verdict } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
const AT = "1764068070";
const SIGNATURE = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,cI7CwX3ZWtQ+Qn0/nr0Sl2vPJ4mSLzfIR2kIvzqEyu0=";
const BODY = String.raw`{"type":"batch.succeeded","note":"it's \"é\"\n, {x} = [1]","n":1.0}`;
const HEADERS = { host: "example.com:8080", "user-agent": "Foo/1.0 (a; b, c)", "content-type": "application/json", "webhook-id": ID, "webhook-timestamp": AT, "webhook-signature": SIGNATURE };
const NAMES = Object.keys(HEADERS);
const PAIRS = Object.entries(HEADERS);
const capital = (name) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
const CAPITAL = Object.fromEntries(PAIRS.map(([name, value]) => [capital(name), value]));
const cgi = (name) => (name === "content-type" ? "CONTENT_TYPE" : `HTTP_${name.replaceAll("-", "_").toUpperCase()}`);
const CGI = Object.fromEntries([["GATEWAY_INTERFACE", "CGI/1.1"], ["REQUEST_METHOD", "POST"], ...PAIRS.map(([name, value]) => [cgi(name), value])]);
const rows = (pairs, row) => pairs.map(([name, value]) => row(name, value)).join("");
const json = JSON.stringify;
const base64 = (text) => Buffer.from(text).toString("base64");
const python = (script, input) => execFileSync("python3", ["-c", `import json,sys\nh,b=json.loads(sys.stdin.read())\nb=b.encode()\n${script}`], { input: json(input ?? [HEADERS, BODY]), encoding: "utf8", env: { ...process.env, PYTHONIOENCODING: "utf-8" } });
const request = `POST /hooks HTTP/1.1\r\n${rows(Object.entries(CAPITAL), (name, value) => `${name}: ${value}\r\n`)}\r\n${BODY}`;
const har = { log: { version: "1.2", entries: [{ request: { method: "GET", url: "http://a/", headers: [{ name: "Accept", value: "*/*" }] } }, { request: { method: "POST", headers: PAIRS.map(([name, value]) => ({ name: capital(name), value })), postData: { mimeType: "application/json", text: BODY } }, response: { headers: [] } }] } };
const carets = (text) => text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]/g, "^$&").replace(/%(?=[a-zA-Z0-9_])/g, "%^").replace(/\r?\n/g, "^\n\n");
const backticks = (text) => `"${text.replace(/[`$"]/g, "`$&").replace(/[^\x20-\x7e]/g, (character) => `$([char]${character.charCodeAt(0)})`)}"`;
const php = (text) => `'${text.replace(/[\\']/g, "\\$&")}'`;
const bytes = (text) => Buffer.byteLength(text);
const apostrophe = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const quoted = (text) => json(text);

/** An event as most senders have them: with `data`, which is not the body. */
const WITH_DATA = '{"id": "evt_1", "type": "batch.succeeded", "data": {"n": 1.0}}';
const prefixed = (prefix, ...lines) => lines.map((line, at) => prefix(at) + line).join("\n");

/** Forms with headers and a body: the text, or the text and another body than `BODY`. */
const WHOLE = {
  // HAR: https://w3c.github.io/web-performance/specs/HAR/Overview.html
  "a HAR file": json(har, null, 2),
  "one entry of a HAR file": json(har.log.entries[1]),
  "a HAR file with base64": json({ log: { entries: [{ request: { ...har.log.entries[1].request, postData: { text: base64(BODY), encoding: "base64" } } }] } }),
  // Postman: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
  "a Postman collection": json({ info: { name: "x" }, item: [{ name: "folder", item: [{ name: "hook", request: { method: "POST", header: [{ key: "Accept", value: "*/*", disabled: true }, ...PAIRS.map(([key, value]) => ({ key, value, type: "text" }))], body: { mode: "raw", raw: BODY, options: { raw: { language: "json" } } }, url: { raw: "https://x" } } }] }] }),
  // Node
  "console.log of an object": inspect({ headers: HEADERS, body: BODY }),
  "console.log of headers, then of the body": `${inspect(HEADERS)}\n${BODY}\n`,
  "console.log with labels": `headers ${inspect(HEADERS)} body: ${BODY}`,
  "console.log of a Headers, then a Buffer": `${inspect(new Headers(HEADERS))}\n${inspect(Buffer.from(BODY), { maxArrayLength: null }).replace(/<Buffer .*>/s, `<Buffer ${Buffer.from(BODY).toString("hex").match(/../g).join(" ")}>`)}`,
  "console.log of a request": inspect(Object.assign(new (class IncomingMessage {})(), { _events: Object.create(null), socket: { a: [Function] }, headers: HEADERS, rawHeaders: PAIRS.flat(), rawBody: Buffer.from("x"), complete: true }), { depth: 2 }).replace("<Buffer 78>", `<Buffer ${Buffer.from(BODY).toString("hex").match(/../g).join(" ")}>`),
  "console.log of a Map": inspect(new Map(PAIRS)) + `\n${BODY}`,
  "console.log of an object without a prototype": inspect(Object.assign(Object.create(null), HEADERS)) + `\n${BODY}`,
  "JSON of a Buffer": json({ headers: HEADERS, body: Buffer.from(BODY) }),
  "a line of pino": json({ level: 30, time: 1, req: { id: 1, method: "POST", headers: HEADERS, remoteAddress: "::1" }, body: BODY, msg: "request" }),
  "a line with a timestamp and a level": `2026-11-25T10:00:00.123Z [INFO] it's here: ${json({ headers: HEADERS, body: BODY })} (3 ms)`,
  "fetch of a browser": `fetch("https://example.com/hooks", {\n  "headers": ${json(HEADERS, null, 4)},\n  "referrerPolicy": "strict-origin",\n  "body": ${json(BODY)},\n  "method": "POST"\n});`,
  "fetch as people write it": `await fetch(\`https://example.com\`, {method: 'POST', headers: new Headers({${PAIRS.map(([name, value]) => `'${name}': '${value}'`)}}), body: '${BODY.replace(/[\\']/g, "\\$&")}'})`,
  // Python
  "a dict and bytes": python("print(h)\nprint(b)"),
  "a dict and text": python("print({'headers': h, 'body': b.decode()})"),
  "pprint": python("import pprint\npprint.pprint({'headers': h, 'body': b})"),
  "headers of ASGI": python("print([(k.encode(), v.encode()) for k, v in h.items()])\nprint('body', b)"),
  "headers of Werkzeug": python("print('EnvironHeaders(' + repr(list(h.items())) + ')')\nprint(b)"),
  "headers of aiohttp": python("print('<CIMultiDictProxy(' + ', '.join(f'{k!r}: {v!r}' for k, v in h.items()) + ')>')\nprint(b)"),
  "META of Django": python("print(h, b)", [{ ...CGI, "wsgi.version": "(1, 0)" }, BODY]),
  "a logger of Python": python("import logging\nlogging.basicConfig(stream=sys.stdout)\nlogging.warning('got %s %s', h, b)"),
  "an email.message of http.server": python("import email.message\nm = email.message.Message()\nfor k, v in h.items(): m[k] = v\nprint(str(m) + b.decode(), end='')"),
  "a call of requests": `import requests\n\nurl = "https://example.com"\n\npayload = ${json(BODY)}\nheaders = ${json(HEADERS, null, 2)}\n\nresponse = requests.request("POST", url, headers=headers, data=payload)`,
  // PHP: https://www.php.net/manual/en/function.print-r.php, function.var-dump.php, function.var-export.php
  "print_r of $_SERVER": `Array\n(\n${rows(Object.entries(CGI), (name, value) => `    [${name}] => ${value}\n`)}    [argv] => Array\n        (\n        )\n\n)\n${BODY}`,
  "print_r of getallheaders()": `Array\n(\n${rows(Object.entries(CAPITAL), (name, value) => `    [${name}] => ${value}\n`)})\n${BODY}`,
  "var_dump": `array(2) {\n  ["headers"]=>\n  array(${NAMES.length}) {\n${rows(PAIRS, (name, value) => `    ["${name}"]=>\n    string(${bytes(value)}) "${value}"\n`)}  }\n  ["body"]=>\n  string(${bytes(BODY)}) "${BODY}"\n}\n`,
  "var_export": `array (\n  'headers' => \n  array (\n${rows(PAIRS, (name, value) => `    ${php(name)} => ${php(value)},\n`)}  ),\n  'body' => ${php(BODY)},\n)`,
  "dump of Laravel": `array:${NAMES.length} [\n${rows(PAIRS, (name, value) => `  "${name}" => array:1 [\n    0 => "${value}"\n  ]\n`)}]\n${BODY}`,
  // Ruby: https://github.com/rack/rack/blob/main/SPEC.rdoc
  "an environment of Rack": `{${Object.entries(CGI).map(([name, value]) => `${json(name)}=>${json(value)}`).join(", ")}, "rack.version"=>[1, 6], "rack.input"=>#<StringIO:0x000078f1c8>, "rack.errors"=>#<IO:<STDERR>>, "puma.config"=>#<Puma::Configuration:0x00 @a={:b=>nil}>}\n${BODY}`,
  "an environment of Rack in Ruby 3.4": `{${Object.entries(CGI).map(([name, value]) => `${json(name)} => ${json(value)}`).join(", ")}, body: ${json(BODY)}}`,
  // Go: https://pkg.go.dev/fmt
  "http.Header with %v": `2026/11/25 10:00:00 headers: map[${Object.entries(CAPITAL).map(([name, value]) => `${name}:[${value}]`).join(" ")}]\n${BODY}`,
  "http.Header with %#v": `http.Header{${Object.entries(CAPITAL).map(([name, value]) => `${json(name)}:[]string{${json(value)}}`).join(", ")}}\n${BODY}`,
  "slog of Go": `time=2026-11-25T10:00:00Z level=INFO msg=request headers="map[${Object.entries(CAPITAL).map(([name, value]) => `${name}:[${value}]`).join(" ")}]" body=${json(BODY)}`,
  // Java
  "a map of Java": `{${PAIRS.map(([name, value]) => `${name}=[${value}]`).join(", ")}}\n${BODY}`,
  "a map of Java with single values": `Headers: {${PAIRS.map(([name, value]) => `${name}=${value}`).join(", ")}}\nBody: ${BODY}`,
  "HttpHeaders of Spring": `[${PAIRS.map(([name, value]) => `${name}:${json(value)}`).join(", ")}]\n${BODY}`,
  // Others
  "a HeaderMap of Rust": `{${PAIRS.map(([name, value]) => `${json(name)}: ${json(value)}`).join(", ")}}\nb${json(BODY).replaceAll("é", "\\xc3\\xa9").replaceAll("'", "\\'")}`,
  "headers of Elixir": `[${PAIRS.map(([name, value]) => `{${json(name)}, ${json(value)}}`).join(", ")}]\n${json(BODY)}`,
  // https://curl.se/docs/manpage.html, and https://github.com/ChromeDevTools/devtools-frontend (NetworkLogView) for what Chrome copies
  "curl of Chrome for cmd": `curl ^"https://example.com/hooks?a=%^25b^" ^\n${rows(PAIRS, (name, value) => `  -H ^"${carets(`${name}: ${value}`)}^" ^\n`)}  --data-raw ^"${carets(BODY)}^"`,
  "curl with a here-document": `curl -sS https://example.com ${rows(PAIRS, (name, value) => `-H ${apostrophe(`${name}: ${value}`)} `)}--data-binary @- <<'EOF' | jq .\n${BODY}\nEOF\n`,
  "curl with short options together": `curl -sSXPOST -H'content-type: application/json' ${rows(PAIRS, (name, value) => `-H${apostrophe(`${name}: ${value}`)} `)} -kd ${apostrophe(BODY)} https://x`,
  wget: `wget -q ${rows(PAIRS, (name, value) => `--header=${apostrophe(`${name}: ${value}`)} `)} --post-data=${apostrophe(BODY)} https://x`,
  "PowerShell of Chrome": `$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = "Mozilla/5.0"\nInvoke-WebRequest -UseBasicParsing -Uri "https://example.com" \`\n-Method "POST" \`\n-WebSession $session \`\n-Headers @{\n${PAIRS.map(([name, value]) => `${backticks(name)}=${backticks(value)}`).join("\n  ")}\n} \`\n-ContentType "application/json" \`\n-Body ([System.Text.Encoding]::UTF8.GetBytes(${backticks(BODY)}))`,
  // Postman's PowerShell: https://github.com/postmanlabs/postman-code-generators
  "PowerShell of Postman": `$headers = New-Object "System.Collections.Generic.Dictionary[[String],[String]]"\n${rows(PAIRS, (name, value) => `$headers.Add("${name}", "${value}")\n`)}\n$body = @'\n${BODY}\n'@\n\n$response = Invoke-RestMethod 'https://x' -Method 'POST' -Headers $headers -Body $body\n$response | ConvertTo-Json`,
  "PowerShell as people write it": `$h = @{ ${PAIRS.map(([name, value]) => `'${name}' = '${value}'`).join("; ")} }\nirm https://x -Method Post -Headers $h -Body '${BODY.replaceAll("'", "''")}'`,
  // https://httpie.io/docs/cli
  "an HTTPie command": `http POST https://example.com/hooks ${rows(PAIRS, (name, value) => `${apostrophe(`${name}:${value}`)} `)}--raw ${apostrophe(BODY)}`,
  "what HTTPie prints": `${request}\r\n\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
  "a raw request": request,
  "headers of HTTP/2": `:authority: x\n:method: POST\n:path: /hooks\n:scheme: https\n${rows(PAIRS, (name, value) => `${name}: ${value}\n`)}\n${BODY}`,
  "a request of HTTP/2": `POST /hooks HTTP/2\n:authority: x\n${rows(PAIRS, (name, value) => `${name}: ${value}\n`)}\n${BODY}`,
  "a request with a byte order mark": `\ufeff${request}`,
  // Tables
  "a table with tabs": `${rows(PAIRS, (name, value) => `${name}\t${value}\n`)}\n${BODY}`,
  "a table with colons and tabs": `${rows(PAIRS, (name, value) => `${capital(name)}:\t${value}\n`)}\n${BODY}`,
  "names and values in turn, with colons": `${rows(PAIRS, (name, value) => `${name}:\n${value}\n`)}\n${BODY}`,
  "names and values in turn": `${rows(PAIRS, (name, value) => `${name}\n${value}\n`)}\n${BODY}`,
  "a table of Markdown": `| Header | Value |\n| --- | --- |\n${rows(PAIRS, (name, value) => `| ${name} | \`${value}\` |\n`)}\n${BODY}`,
  "columns with spaces between them": `${rows(PAIRS, (name, value) => `${name.padEnd(20)}  ${value}\n`)}\n${BODY}`,
  "console.table": `┌───────────┬─────────┐\n│  (index)  │ Values  │\n├───────────┼─────────┤\n${rows(PAIRS, (name, value) => `│ ${name} │ '${value}' │\n`)}└───────────┴─────────┘\n\n${BODY}`,
  // https://ngrok.com/docs/agent/api
  "a request of ngrok's inspector": json({ uri: "/api/requests/http/1", id: "1", request: { method: "POST", proto: "HTTP/1.1", headers: Object.fromEntries(Object.entries(CAPITAL).map(([name, value]) => [name, [value]])), uri: "/hooks", raw: base64(request) }, response: { headers: {} } }),
  // https://docs.webhook.site/api/tokens.html
  "a request of webhook.site": json({ uuid: "1", method: "POST", headers: Object.fromEntries(PAIRS.map(([name, value]) => [name, [value]])), content: BODY, query: null }),
  "an event of Pipedream": json({ trigger: { event: { method: "POST", path: "/", headers: HEADERS, bodyRaw: BODY, body: JSON.parse(BODY) } } }),
  // https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, services-alb.html
  "an event of Lambda, version 1": json({ resource: "/", httpMethod: "POST", headers: CAPITAL, multiValueHeaders: {}, body: BODY, isBase64Encoded: false }),
  "an event of Lambda, version 2": json({ version: "2.0", rawPath: "/", headers: HEADERS, requestContext: { http: {} }, body: base64(BODY), isBase64Encoded: true }),
  "an event of a load balancer": json({ requestContext: { elb: {} }, httpMethod: "POST", multiValueHeaders: Object.fromEntries(PAIRS.map(([name, value]) => [name, [value]])), body: base64(BODY), isBase64Encoded: true }),
  "an event of Lambda as Python prints it": python("print({'version': '2.0', 'headers': h, 'body': b.decode(), 'isBase64Encoded': False})"),
  // Lines of a log
  "the body, then the headers": `${BODY}\n${json(HEADERS)}`,
  "a body that has data, then the headers": [`${WITH_DATA}\n${json(HEADERS)}`, WITH_DATA],
  "a labelled body, then the headers": [`body: ${WITH_DATA}\nheaders: ${json(HEADERS)}`, WITH_DATA],
  "docker compose logs": [prefixed(() => "web-1  | ", json(HEADERS), WITH_DATA), WITH_DATA],
  "docker compose logs of a request": prefixed(() => "web-1  | ", ...request.split("\r\n")).replace(/\| $/m, "|"),
  "kubectl logs with the pod": prefixed(() => "[pod/hooks-7d4b9c/app] ", json(HEADERS), BODY),
  "kubectl logs with the time": prefixed((at) => `2026-11-25T10:00:00.${123 + at * 99_999}Z `, json(HEADERS), BODY),
  "a file of a container": [prefixed((at) => `2026-11-25T10:00:0${at}.123Z stdout F `, json(HEADERS), WITH_DATA), WITH_DATA],
  "heroku logs": prefixed((at) => `2026-11-25T10:00:00.12${at}+00:00 app[web.1]: `, json(HEADERS), BODY),
  journalctl: prefixed((at) => `Nov 25 10:00:0${at} host node[4711]: `, `headers ${json(HEADERS)}`, `body ${BODY}`),
  "a line of logfmt": `ts=2026-11-25 level=info msg="it's here" ${rows(PAIRS, (name, value) => `${name}=${json(value)} `)}body=${json(BODY)}`,
  "a log in a log": json({ log: json({ message: json({ headers: HEADERS, body: BODY }) }), stream: "stdout" }),
  "a flat log of OpenTelemetry": json({ ...Object.fromEntries(PAIRS.map(([name, value]) => [`http.request.header.${name.replaceAll("-", "_")}`, value])), body: BODY }),
};

const given = (found, name) => found.headers.filter(([each]) => each === name).map(([, value]) => value);

function same(found, body = BODY) {
  assert.notEqual(found, undefined, "nothing was found");
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) assert.deepEqual(given({ headers: found.headers.map(([name, value]) => [name.toLowerCase(), value]) }, name), [HEADERS[name]], JSON.stringify(found.headers));
  assert.equal(found.body === undefined ? null : Buffer.from(found.body).toString().replace(/\n$/, ""), body, found.kind);
}

for (const [name, form] of Object.entries(WHOLE)) {
  const [text, body] = [form].flat();
  test(name, () => same(takeApart(text), body));
}

/** Forms with headers alone, or with a parsed body. */
const PARTS = {
  // https://developers.cloudflare.com/workers/observability/logs/tail-workers/
  "an event of wrangler tail": [json({ outcome: "ok", logs: [{ message: ["hello"], level: "log" }], event: { request: { url: "https://x", method: "POST", headers: HEADERS, cf: {} }, response: { status: 200 } } }, null, 2), /no body/],
  "what curl -v prints": [`*   Trying 127.0.0.1:80...\n* Connected to x\n> POST /hooks HTTP/1.1\n${rows(PAIRS, (name, value) => `> ${name}: ${value}\n`)}> \n* upload completely sent off: 20 bytes\n< HTTP/1.1 200 OK\n< webhook-id: no\n< \n{"ok":true}`, /does not print the body/],
  "console.log of req.headers": [inspect(HEADERS), /no body/],
  "a request whose headers are cut": [inspect({ headers: HEADERS, list: Array(200).fill(1) }), /left a part of it out/],
  "a request with a value that is nested too deeply": [inspect({ headers: HEADERS, event: { data: { object: { a: {} }, list: [[]] } } }), /left a part of it out/],
  "text that is cut": [inspect({ headers: HEADERS, long: "x".repeat(20_000) }), /left a part of it out/],
  "members without their brackets": [rows(PAIRS, (name, value) => `  '${name}': '${value}',\n`), /no body/],
  "an environment": [rows(Object.entries(CGI), (name, value) => `${name}='${value}'\n`), /no body/],
};

for (const [name, [text, note]] of Object.entries(PARTS)) {
  test(`${name}, which has no body`, () => {
    const found = takeApart(text);
    same(found, null);
    assert.match(found.notes.join(" "), note);
  });
}

test("a parsed body is written again, and reported as such", () => {
  for (const text of [inspect({ headers: HEADERS, body: { type: "x", n: [1, { a: null }] } }, { depth: 9 }), `${inspect(HEADERS)}\n{ type: 'x', n: [ 1, { a: null } ] }`, python("print({'headers': h, 'body': {'type': 'x', 'n': [1, {'a': None}]}})")]) {
    const found = takeApart(text);
    same(found, '{"type":"x","n":[1,{"a":null}]}');
    assert.match(found.notes.join(" "), /already parsed/);
  }
});

test("a token is found behind its scheme", () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln";
  for (const text of [`Authorization: Bearer ${token}`, `authorization: bearer ${token}\n`, `Bearer ${token}`]) {
    assert.deepEqual(takeApart(text)?.headers, [["authorization", `Bearer ${token}`]], text);
  }
  assert.deepEqual(takeApart(token).headers, [["webhook-signature", token]]);
});

test("a request with a token alone is a delivery: header lines, and the log of a request, but no part of an event", () => {
  const headers = { host: "hooks.example", authorization: "Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhIn0.c2ln" };
  const body = '{"message":{"data":"eA=="}}';
  for (const text of [`${rows(Object.entries(headers), (name, value) => `${name}: ${value}\n`)}\n${body}`, json({ req: { method: "POST", url: "/", headers, body } })]) {
    const found = takeApart(text);
    assert.deepEqual([Object.fromEntries(found.headers), Buffer.from(found.body).toString()], [headers, body], text);
  }
  const event = json({ type: "mail.received", data: { headers, body } });
  assert.deepEqual([takeApart(event).headers, Buffer.from(takeApart(event).body).toString()], [[], event]);
});

test("the query beside a path is read once, and whatever it holds", () => {
  const urlOf = (event) => takeApart(json({ httpMethod: "POST", headers: HEADERS, body: BODY, ...event })).url;
  for (const [event, called] of [
    [{ path: "/hooks", queryStringParameters: { a: "1 2", b: "\ud800" } }, "/hooks?a=1%202&b=%EF%BF%BD"],
    [{ path: "/hooks?a=1", queryStringParameters: { a: "1" } }, "/hooks?a=1"],
    [{ path: "/hooks?a=1", rawQueryString: "a=1" }, "/hooks?a=1"],
    [{ path: "/hooks", queryStringParameters: "a=1" }, "/hooks"],
    [{ path: "/hooks", queryStringParameters: null }, "/hooks"],
  ]) assert.equal(urlOf(event), `https://example.com:8080${called}`, json(event));
});

test("a host that a proxy noted is a host, and no part of a URL", () => {
  for (const [noted, host] of [["host=b.example", "b.example"], ['for=a;host="[::2]:8443" ;proto=https', "[::2]:8443"], ["host=b.example/x?y=", "example.com:8080"], ['host="b.example?"', "example.com:8080"]]) {
    const text = request.replace("\r\n\r\n", `\r\nForwarded: ${noted}\r\n\r\n`);
    assert.equal(takeApart(text).url, `https://${host}/hooks`, noted);
  }
});

test("a body alone is taken as it is printed", () => {
  for (const text of [BODY, python("print(b)"), python("print(repr(b.decode()))"), json(BODY), `<Buffer ${Buffer.from(BODY).toString("hex").match(/../g).join(" ")}>`]) {
    assert.equal(Buffer.from(takeApart(text).body).toString().trim(), BODY, text);
  }
  assert.equal(Buffer.from(takeApart("[object Object]").body).toString(), "[object Object]");
});

const OTHERS = {
  GitHub: { "X-GitHub-Event": "push", "X-Hub-Signature-256": "sha256=aa" },
  Stripe: { "Stripe-Signature": "t=1,v1=aa" },
  Slack: { "X-Slack-Signature": "v0=aa", "X-Slack-Request-Timestamp": "1" },
  Shopify: { "X-Shopify-Hmac-Sha256": "aa=" },
  Twilio: { "X-Twilio-Signature": "aa=" },
  Paddle: { "Paddle-Signature": "ts=1;h1=aa" },
  Discord: { "X-Signature-Ed25519": "aa", "X-Signature-Timestamp": "1" },
  GitLab: { "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "x" },
  Twitch: { "Twitch-Eventsub-Message-Signature": "sha256=aa" },
};

test("other senders are recognised by their headers, in every form", () => {
  for (const [name, headers] of Object.entries(OTHERS)) {
    const forms = [rows(Object.entries(headers), (name, value) => `${name}: ${value}\n`), inspect(headers), json({ headers, body: "{}" }), `curl https://x ${rows(Object.entries(headers), (name, value) => `-H '${name}: ${value}' `)}-d '{}'`, `POST / HTTP/1.1\n${rows(Object.entries(headers), (name, value) => `${name}: ${value}\n`)}\n{}`];
    for (const text of forms) {
      const found = takeApart(text);
      assert.match(found.notes.join(" "), new RegExp(`delivery of ${name}`), text);
      assert.ok(found.headers.length > 0, text);
    }
  }
});

test("a record of the Worker's own log is explained", () => {
  const record = { ev: "delivery", code: "no_matching_signature", status: 401, source: "gemini", id_hash: "ab", age_s: 3, bytes: 20, dup: false };
  for (const text of [json(record), `  (log) ${json(record)}`, `POST https://x/gemini - Ok @ 11/25/2026\n  (log) ${json(record)}\n`, json({ outcome: "ok", logs: [{ level: "log", message: [json(record)] }] })]) {
    const found = takeApart(text);
    assert.match(found.kind, /log/);
    assert.match(found.notes.join(" "), /no_matching_signature.*compare the secret with this endpoint’s/is, text);
    assert.equal(found.headers.length, 0);
  }
  assert.match(takeApart(json({ ev: "config", code: "config_invalid", source: "a", detail: "secrets: names no secret" })).notes[0], /names no secret/);
});

test("every code that the Worker logs is explained", () => {
  const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const typed = /export type ErrorCode =([^;]*);/.exec(read("crates/npm/js/types.d.ts"))[1].matchAll(/"(\w+)"/g);
  const missing = [...typed].map(([, code]) => code).filter((code) => !(code in CODES));
  assert.deepEqual(missing, []);
});

/** The characters of hostile text: reading them again for each character would not end in time. */
const SIZE = process.env.CASES === "all" ? 500_000 : 120_000;

test("hostile text is read to its end", () => {
  const pieces = ["{", "[", "(", "<", '"', "'", "`", "\\", "{'", '{"', '{"""', "{a:", "{a=", "map[a:[", "b'", "...", "{...", "[a] => ", "Array\n(\n[a] => ", "a(1)[", 'string(9) "', "{ x {", "{@", "@{", "webhook-id:", "webhook-id\n", "webhook-id=", 'webhook-id="', "> POST / HTTP/1.1\n", "POST / HTTP/1.1\n", "curl '", 'curl "', "curl $'\\", "curl ^\"^", "curl -H", "http a:b ", "irm @{", "irm \"", "irm @'\n", " \n", "\t", "a: \t ", "|", "|a|b|\n", "{}", "[]", "{{}}", '{"a":', "whsec_", "v1,a ", "eyA.eyA.", "#\n", "//\n", "<<E\n"];
  const once = (text) => assert.doesNotThrow(() => takeApart(text), text.slice(0, 80));
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(SIZE / piece.length));
    // Only a text with a header's name is searched.
    for (const hostile of [text, `${text}\nwebhook-id: x`, `webhook-signature ${text}`, `{"webhook-signature": ${text}`]) once(hostile);
  }
  for (const piece of ["{", "[", '"', "'", "{'", '{"', "\\", "\n"]) once(`webhook-id ${piece.repeat((8 * SIZE) / piece.length)}`);
  for (const piece of ["{", '"', "{'"]) once(piece.repeat(10 * SIZE));
});

const page = await visit();

test("a console's output leads to a verdict on the page, and another sender is named", async () => {
  await paste(page, `${inspect(HEADERS)}\n${BODY}`);
  assert.match(await page.locator("#paste-note").textContent(), /^Read as printed headers: 6 headers, a body of 68 bytes/);
  assert.match(await page.locator("#headers").inputValue(), new RegExp(`^webhook-id: ${ID}$`, "m"));
  await page.click("#clear");
  await paste(page, "X-GitHub-Event: push\nX-Hub-Signature-256: sha256=aa\n\n{}");
  assert.match(await page.locator("#paste-note").textContent(), /a delivery of GitHub/);
  await page.click("#clear");
  await paste(page, json({ ev: "delivery", code: "missing_header", status: 400 }));
  assert.match(await page.locator("#paste-note").textContent(), /missing_header/);
  assert.equal(await verdict(page), "empty");
});
