// Owns each request: reads it, calls Rust, does the step that Rust returns, and responds. Rust decides what is refused and with what,
// how much of a body is read, and what is waited for; HTTP, the body's stream and recovery after a trap are handled here.
import * as glue from "./glue.js";
import { generation, prepared, recover } from "./instance.js";
import { LATE, READ_MS, isUnread, readAll, readerOf, skip, within } from "./reading.js";

export { Inbox } from "./inbox.js";

const { BodyFault, Kind } = glue;
// By media type, as step.rs numbers them. Made once: a `Headers` is copied into a response, where an object would be read member by member.
// A text may be an echo of a sender's: a browser must not take it for a page.
const MEDIA_HEADERS = [
  new Headers({ "content-type": "application/json" }),
  new Headers({ "content-type": "text/plain", "x-content-type-options": "nosniff" }),
  new Headers({ "content-type": "text/xml", "x-content-type-options": "nosniff" }),
];

/** A step is a number, as step.rs encodes it: this is its kind, and `valueOf` its value. */
const kindOf = (step) => step & 7;
const valueOf = (step) => step >>> 3;

/** Up to the first thing that Rust waits for in one asynchronous function: each costs about as much as the HMAC of a small body. */
async function handle(request, env, context) {
  let born = generation;
  try {
    const { refusals, sources, smallBody } = prepared(env);
    const { method, url, headers } = request;
    const length = lengthOf(headers);
    let step = glue.open(method, url, length);
    const opened = kindOf(step);
    if (opened === Kind.Read) {
      const index = valueOf(step);
      const source = sources[index];
      let body;
      let fault;
      try {
        body = await read(request, length, source.maxBody);
        if (body === null) fault = BodyFault.TooLarge;
      } catch (error) {
        fault = error === LATE ? BodyFault.Late : BodyFault.Incomplete;
      }
      // Another request may have met a trap meanwhile.
      prepared(env);
      born = generation;
      step = fault === undefined ? receive(index, source, request, body, smallBody, length, context) : glue.refuse_body(index, fault);
    } else {
      if (isUnread(request, length)) {
        await skip(readerOf(request.body));
        prepared(env);
        born = generation;
      }
      if (opened === Kind.Health) step = glue.health(headers.get("authorization"), context);
      else if (opened === Kind.Greet) step = greet(valueOf(step), sources[valueOf(step)], headers);
      else if (opened === Kind.Admin) step = glue.admin(headers.get("authorization"), method, url);
    }
    const isHead = method === "HEAD" && opened !== Kind.Refuse;
    if (kindOf(step) !== Kind.Wait) return respond(step, refusals, isHead);
    const response = drive(step, born, refusals, isHead);
    // Also for a sender that hangs up: what was begun is finished, and its task removed.
    context.waitUntil(response);
    return response;
  } catch (error) {
    recover(error, born);
    return unexpected();
  }
}

/** Resumes a task with what each of its promises comes to, until it responds. */
async function drive(step, born, refusals, isHead) {
  let answer;
  try {
    while (kindOf(step) === Kind.Wait) {
      const task = valueOf(step);
      const promise = glue.awaited(task);
      // There always is one; without it, this would go round and round.
      if (promise === undefined) throw new Error("a delivery waits for nothing");
      let value;
      let fulfilled = true;
      try {
        value = await promise;
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
    return respond(step, refusals, isHead);
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

/** A body within its time limit, or null if it is longer than `limit`. */
async function read(request, length, limit) {
  // (`bytes()` would cost half of what is done in Wasm for a small body.)
  if (length >= 0) return new Uint8Array(await within(request.arrayBuffer(), READ_MS));
  if (request.body === null) return new Uint8Array();
  const reader = readerOf(request.body);
  const body = await within(readAll(reader, limit), READ_MS);
  if (body === null) await skip(reader);
  return body;
}

/** The values of the headers that Rust reads for a source. */
const valuesOf = (source, headers) => source.headers.map((name) => headers.get(name)).join("\n");

/** Hands the GET of a handshake to Rust. */
function greet(index, source, headers) {
  return glue.greet(index, valuesOf(source, headers), headers.get(source.challenge) ?? undefined, Date.now());
}

/** Hands a delivery to Rust. */
function receive(index, source, { url, headers }, body, smallBody, length, context) {
  let values = valuesOf(source, headers);
  if (source.signsUrl) values += `\n${url}`;
  // As a string: to encode it first would cost a small delivery 6 %, and save one with a hundred signatures 2 %.
  const small = body.length > smallBody ? undefined : body;
  const step = glue.receive(index, values, small, body, length, context, Date.now());
  // Refused, and nobody else has it. Left to the garbage collector, it is found some thousand deliveries later, and meanwhile each is read
  // into memory that no cache holds: 7 % of refusing 64 KiB.
  if (kindOf(step) === Kind.Refuse && !small) body.buffer.transfer(0);
  return step;
}

function respond(step, refusals, isHead) {
  if (kindOf(step) === Kind.Refuse) {
    const { body, init } = refusals[valueOf(step)];
    return new Response(isHead ? null : body, init);
  }
  const text = glue.text();
  const status = valueOf(step) & 1023;
  return new Response(isHead || status === 204 ? null : text, { status, headers: MEDIA_HEADERS[valueOf(step) >>> 10] });
}

/** After a trap. The sender delivers again: nothing was marked as delivered. */
function unexpected() {
  return new Response('{"title":"an unexpected error; try again","status":500,"code":"internal_error"}', {
    status: 500,
    headers: { "content-type": "application/problem+json" },
  });
}

export default { fetch: handle };
