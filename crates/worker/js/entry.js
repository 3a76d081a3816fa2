// Owns each request: reads it, calls Rust, does the step that Rust returns, and responds. Rust decides what is refused and with what,
// how much of a body is read, and what is waited for; HTTP, the body's stream and recovery after a trap are handled here.
import { isCaptured } from "./captures.js";
import { consoleFile } from "./console.js";
import { capture, countSoon } from "./counting.js";
import * as glue from "./glue.js";
import { generation, prepared, recover } from "./instance.js";
import { Limits, isLate, within } from "./limits.js";
import { isUnread, readAll, readerOf, skip } from "./reading.js";

export { Courier, Inbox } from "./inbox.js";

const { BodyFault, Kind } = glue;
// By media type, as step.rs numbers them. Made once: a `Headers` is copied into a response, where an object would be read member by member.
// A text may be an echo of a sender's: a browser must not take it for a page.
const MEDIA_HEADERS = [
  new Headers({ "content-type": "application/json" }),
  new Headers({ "content-type": "text/plain", "x-content-type-options": "nosniff" }),
  new Headers({ "content-type": "text/xml", "x-content-type-options": "nosniff" }),
];

/** The longest body of a request to `/admin`, and the time that it has to arrive. */
const ADMIN_BODY = 4096;
const ADMIN_BODY_MS = 5_000;

/** The time that a destination has to respond to a test event that is passed through. */
const TEST_MS = 10_000;

/** A step is a number, as step.rs encodes it: this is its kind, and `valueOf` its value. */
const kindOf = (step) => step & 15;
const valueOf = (step) => step >>> 4;

/** Up to the first thing that Rust waits for in one asynchronous function: each costs about as much as the HMAC of a small body. */
async function handle(request, env, context) {
  let born = generation;
  try {
    const { sources, hasFaults, counts } = prepared(env);
    if (hasFaults) tellFaults(env, context);
    const { method, url, headers } = request;
    const length = lengthOf(headers);
    const opened = glue.open(method, url, length);
    const source = sources[valueOf(opened)];
    let limits;
    let body;
    if (kindOf(opened) === Kind.Read) {
      limits = new Limits(source.timeout);
      try {
        // (`bytes()` would cost half of what is done in Wasm for a small body.)
        body = length >= 0 ? new Uint8Array(await limits.ofBody(request.arrayBuffer())) : await readChunks(request, source.maxBody, limits);
      } catch (error) {
        body = isLate(error) ? BodyFault.Late : BodyFault.Incomplete;
      }
    } else if (kindOf(opened) === Kind.Admin) {
      body = await textOf(request);
      // A test event can go to a destination.
      limits = new Limits(TEST_MS);
    } else if (isUnread(request, length)) {
      await skip(readerOf(request.body));
    }
    // Another request may have met a trap meanwhile.
    const ready = prepared(env);
    born = generation;
    // Only an operator has a source's refused deliveries kept.
    const kept = counts && kindOf(opened) === Kind.Read && isCaptured(source.name) ? { env, context, source, request, body } : undefined;
    const step = next(opened, ready, { method, url, headers }, body, length, context, kept);
    if (counts && (kindOf(opened) === Kind.Read || kindOf(opened) === Kind.Refuse)) countSoon(env, context);
    const isHead = method === "HEAD" && kindOf(opened) !== Kind.Refuse;
    if (kindOf(step) !== Kind.Wait) return respond(step, ready.refusals, isHead, headers, kept);
    const response = drive(step, born, ready.refusals, isHead, limits, kept);
    // Also for a sender that hangs up: what was begun is finished, and its task removed.
    context.waitUntil(response);
    // A test event is counted when it was taken.
    if (counts && kindOf(opened) === Kind.Admin && method === "POST") context.waitUntil(response.then(() => countSoon(env, context)));
    return response;
  } catch (error) {
    recover(error, born);
    return unexpected();
  }
}

/** Has operators alerted to sources at fault, once for an isolate. If that fails, the next request tries again. */
function tellFaults(env, context) {
  const ready = prepared(env);
  ready.hasFaults = false;
  context.waitUntil(glue.tell_faults().then((isTaken) => (ready.hasFaults = !isTaken)));
}

/** The step after the first, and after the body was read if that was the first: `body` is its bytes, or why there are none. */
function next(opened, { sources, smallBody, adminHeaders }, { method, url, headers }, body, length, context, kept) {
  const index = valueOf(opened);
  switch (kindOf(opened)) {
    case Kind.Read:
      if (typeof body === "number") return glue.refuse_body(index, body);
      return receive(index, sources[index], { url, headers }, body, smallBody, length, context, kept);
    case Kind.Health:
      return glue.health(headers.get("authorization"), headers.get("cf-connecting-ip"), context);
    case Kind.Greet:
      return greet(index, sources[index], headers);
    case Kind.Admin:
      return glue.admin(adminHeaders.map((name) => headers.get(name)).join("\n"), method, url, body, context);
    default:
      return opened;
  }
}

/** Resumes a task with what each of its promises comes to, until it responds. */
async function drive(step, born, refusals, isHead, limits, kept) {
  let answer;
  try {
    while (kindOf(step) === Kind.Wait) {
      const task = valueOf(step) >>> 1;
      const isLimited = valueOf(step) & 1;
      const promise = glue.awaited(task);
      // There always is one; without it, this would go round and round.
      if (promise === undefined) throw new Error("a delivery waits for nothing");
      let value;
      let fulfilled = true;
      try {
        value = await (isLimited ? limits.ofResponse(promise) : promise);
      } catch (error) {
        [value, fulfilled] = [error, false];
      }
      // Of all that a task awaits, only its destination's response is one.
      if (value instanceof Response) answer = value;
      // The task died with its instance.
      if (born !== generation) return unexpected();
      step = glue.resume(task, fulfilled, value);
    }
    if (kindOf(step) === Kind.PassOn) return answer;
    return respond(step, refusals, isHead, undefined, kept);
  } catch (error) {
    recover(error, born);
    return unexpected();
  }
}

/** `Content-Length`; NaN if there is none. Another Worker can send one that is no number of bytes; it counts as none. */
function lengthOf(headers) {
  const announced = headers.get("content-length");
  return announced !== null && /^[0-9]+$/.test(announced) ? Number(announced) : NaN;
}

/** A body whose length was not announced, or that it is longer than `limit`. */
async function readChunks(request, limit, limits) {
  if (request.body === null) return new Uint8Array();
  const reader = readerOf(request.body);
  const body = await limits.ofBody(readAll(reader, limit));
  if (body !== null) return body;
  await skip(reader);
  return BodyFault.TooLarge;
}

/** The body of a request to `/admin`; empty if it is longer than any that a route takes, or cannot be read. */
async function textOf(request) {
  if (request.body === null) return "";
  const reader = readerOf(request.body);
  try {
    const bytes = await within(readAll(reader, ADMIN_BODY), ADMIN_BODY_MS);
    if (bytes !== null) return new TextDecoder().decode(bytes);
    await skip(reader);
  } catch {
    // The token that it should have is missing then.
  }
  return "";
}

/** The values of the headers that Rust reads for a source. */
const valuesOf = (source, headers) => source.headers.map((name) => headers.get(name)).join("\n");

/** Hands the GET of a handshake to Rust. */
function greet(index, source, headers) {
  return glue.greet(index, valuesOf(source, headers), headers.get(source.challenge) ?? undefined, Date.now());
}

/** Hands a delivery to Rust. */
function receive(index, source, { url, headers }, body, smallBody, length, context, kept) {
  let values = valuesOf(source, headers);
  if (source.signsUrl) values += `\n${url}`;
  // As a string: to encode it first would cost a small delivery 6 %, and save one with a hundred signatures 2 %.
  const small = body.length > smallBody ? undefined : body;
  const step = glue.receive(index, values, small, body, length, context, Date.now());
  // Refused, and nobody else has it. Left to the garbage collector, it is found some thousand deliveries later, and meanwhile each is read
  // into memory that no cache holds: 7 % of refusing 64 KiB.
  if (kindOf(step) === Kind.Refuse && !small && !kept) body.buffer.transfer(0);
  return step;
}

function respond(step, refusals, isHead, requested, kept) {
  if (kindOf(step) === Kind.Refuse) {
    const { body, init } = refusals[valueOf(step)];
    if (kept) capture(kept, refusals[valueOf(step)]);
    return new Response(isHead ? null : body, init);
  }
  if (kindOf(step) === Kind.Console) return consoleFile(valueOf(step), requested, isHead);
  const text = glue.text();
  const status = valueOf(step) & 1023;
  const headers = MEDIA_HEADERS[valueOf(step) >>> 10] ?? new Headers(JSON.parse(glue.page_headers()));
  return new Response(isHead || status === 204 ? null : text, { status, headers });
}

/** After a trap. The sender delivers again: nothing was marked as delivered. */
function unexpected() {
  return new Response('{"type":"https://github.com/countersign/countersign/blob/main/docs/codes.md#internal_error","title":"an unexpected error; try again","status":500,"code":"internal_error"}', {
    status: 500,
    headers: { "content-type": "application/problem+json" },
  });
}

export default { fetch: handle };
