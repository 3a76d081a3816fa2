// Reads the arguments of a call: a request, a Lambda event, or a body with headers. Names whatever else was passed.
import { fromBase64 as decode } from "./base64.js";
import { misuse } from "./error.js";
import { CALL, optionsOf } from "./options.js";

/** Reads `(request, options)`, `(event, options)` or `(payload, headers, options)`. */
export function arrange([payload, headers, options]) {
  if (isRequest(payload)) return { payload, headers: payload.headers, url: payload.url, options: callOf(headers, "a request") };
  if (isLambda(payload)) return { ...ofLambda(payload), options: callOf(headers, "a Lambda event") };
  if ((headers === undefined || headers === null) && payload !== null && typeof payload === "object") {
    const known = whatIs(payload);
    if (known !== undefined) throw misuse("invalid_body", known);
  }
  return { payload, headers, url: undefined, options: callOf(options) };
}

function callOf(given, owner) {
  const options = optionsOf(given, CALL, owner && `; ${owner} has its headers, so the next argument is options`);
  if (options.waitUntil !== undefined && typeof options.waitUntil !== "function") throw misuse("config_invalid", "`waitUntil` is a function: `(promise) => ctx.waitUntil(promise)`");
  return options;
}

/** Whether it is a Fetch request, which has a body and headers. */
export function isRequest(payload) {
  return typeof payload?.arrayBuffer === "function" && typeof payload.headers === "object";
}

/** Whether it is an event of API Gateway (REST and HTTP APIs), a load balancer or a function URL. Netlify's have the same shape. */
function isLambda(payload) {
  if (payload === null || typeof payload !== "object") return false;
  const [body, headers, lines] = ["body", "headers", "multiValueHeaders"].map((name) => own(payload, name));
  const marked = typeof own(payload, "isBase64Encoded") === "boolean" || isObject(own(payload, "requestContext"));
  return marked && (isObject(headers) || isObject(lines)) && (body === undefined || body === null || typeof body === "string");
}

function ofLambda(event) {
  const [lines, text] = [own(event, "multiValueHeaders"), own(event, "body") ?? ""];
  // `multiValueHeaders` has every line of a repeated header; `headers` has only the last.
  const headers = isObject(lines) && Object.keys(lines).length > 0 ? lines : own(event, "headers");
  const url = own(event, "rawPath") ?? own(event, "path");
  return { payload: own(event, "isBase64Encoded") === true ? fromBase64(text) : text, headers, url };
}

function fromBase64(text) {
  try {
    return decode(text);
  } catch {
    throw misuse("invalid_body", "the event says `isBase64Encoded`, but its body is not base64: pass the event unchanged");
  }
}

/** Says what was passed instead of a body, headers or a request, and what to pass; undefined if it is unknown. */
export function whatIs(thing) {
  if (typeof thing === "function") return "a function was passed: call it, await what it returns, and pass that";
  if (!isObject(thing)) return undefined;
  if (typeof thing.then === "function") return "a promise was passed: await it first (in Next.js: `await headers()`, `await request.arrayBuffer()`)";
  return contextIn(thing) ?? streamIn(thing);
}

/** Names a framework's context, which contains the request. */
function contextIn(thing) {
  if (isRequest(thing)) return "a request was passed instead of its body: pass `await request.arrayBuffer()` and `request.headers`; `unwrap(request)` does both";
  if (isRequest(thing.raw)) return "Hono's `c.req` was passed: pass `c.req.raw`";
  if (isRequest(thing.req?.raw)) return "Hono's context was passed: pass `c.req.raw`";
  if (isRequest(thing.request)) return "a framework's context was passed: pass the `request` in it";
  if (isRequest(thing.req)) return "a framework's event was passed: pass the `req` in it";
  if (isNode(thing.raw)) return `Fastify's request was passed: pass \`request.body\` and \`request.headers\`, and ${BODY}`;
  if (isNode(thing.node?.req)) return "an event of h3 (Nuxt, Nitro) was passed: pass `await readRawBody(event, false)` and `event.node.req.headers`";
  if (isNode(thing.req)) return "Koa's context was passed: read the body, `await buffer(ctx.req)` with `buffer` of \"node:stream/consumers\", and pass it with `ctx.headers`";
  if (Array.isArray(thing.Records)) return thing.Records[0]?.cf ? `an event of Lambda@Edge was passed: ${EDGE}` : "an event with `Records` was passed, which does not come from an HTTP request: pass the raw body and the headers of the request";
  return undefined;
}

/** Names a stream, such as Node's request, or something else that must be read first. */
function streamIn(thing) {
  if (isNode(thing)) {
    const read = thing.body !== undefined && "body" in thing;
    if (read && (typeof thing.body === "string" || ArrayBuffer.isView(thing.body))) return "Node's request was passed: pass `req.body` and `req.headers`";
    if (read) return `Node's request was passed, but its body is parsed: pass the raw body and \`req.headers\`; ${BODY}`;
    return `Node's request was passed: read its body, \`await buffer(req)\` with \`buffer\` of "node:stream/consumers", and pass it with \`req.headers\`; or ${BODY}`;
  }
  if (typeof thing.getReader === "function") return "the body is a stream: read all of it first, as in `await request.arrayBuffer()`, or pass the request itself";
  if (typeof thing.pipe === "function") return `the body is a stream: ${BODY}`;
  if (typeof thing.arrayBuffer === "function") return "the body is a Blob or a response: pass `await body.arrayBuffer()`";
  if (typeof thing.get === "function" && typeof thing.has === "function") return "headers were passed instead of the body: the body comes first, then the headers";
  return undefined;
}

export const EDGE = "of `event.Records[0].cf.request`, pass `Buffer.from(body.data, body.encoding === \"base64\" ? \"base64\" : \"utf8\")` and `Object.values(headers).flat().map(({ key, value }) => [key, value])`";

export const BODY =
  "pass the raw body. Express: `express.raw({ type: () => true, limit: \"1mb\", inflate: false })` on this route, then `req.body`. " +
  "Fastify: `removeAllContentTypeParsers()`, `addContentTypeParser(\"*\", { parseAs: \"buffer\" }, (_, body, done) => done(null, body))`, then `request.body`. " +
  "Next.js, Workers, Deno, Bun: pass the request, or `await request.arrayBuffer()`; Hono: `c.req.raw`. " +
  "Next.js pages: `export const config = { api: { bodyParser: false } }`, then `await buffer(req)`";

const isNode = (thing) => typeof thing?.pipe === "function" && isObject(thing.headers);
const isObject = (value) => typeof value === "object" && value !== null;
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
