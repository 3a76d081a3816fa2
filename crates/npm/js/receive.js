// What every adapter does with a delivery: verify it, run the handler, and say what to respond. It knows no framework.
import { WebhookVerificationError, misuse, problem as body } from "./error.js";
import { Answers, reply } from "./handshake.js";
import { optionsOf } from "./options.js";

export { Collected } from "./body.js";

const OPTIONS = ["limit", "log", "once", "jsonParse", "now", "publicUrl", "verifyToken"];
const MEBIBYTE = 1024 * 1024;

const TOO_LARGE = { status: 413, title: "the body is too large", code: "body_too_large" };
const INCOMPLETE = { status: 400, title: "the body is shorter than announced", code: "body_incomplete" };
const WRONG_METHOD = { status: 405, title: "use POST", code: "method_not_allowed" };
const NO_HANDSHAKE = { status: 403, title: "the handshake does not hold", code: "handshake_refused" };
const IN_FLIGHT = { title: "a copy of this event is being handled", code: "in_flight" };
const FAILED = { status: 500, title: "the receiver failed", code: "handler_failed" };

/** Thrown for a body that the adapter does not get: it is over the limit, or it breaks off. The message says what the framework's stream said. */
export class Unread extends Error {
  constructor(answer, { message } = {}) {
    super(message);
    this.answer = answer;
  }
}

export const tooLarge = (error) => new Unread(TOO_LARGE, error);

/** Throws for a stream that failed. SvelteKit's has a limit of its own, and says so with a status. */
export function broken(error) {
  if (error instanceof Unread) throw error;
  throw error?.status === 413 ? tooLarge(error) : new Unread(INCOMPLETE, error);
}

/** The receiver of a verifier and a handler, for adapters: `{ limit, methods, receive }`. Throws for wrong options, at start-up. */
export function receiving(verifier, handler, given) {
  if (typeof verifier?.unwrap !== "function") throw misuse("config_invalid", "the first argument is a verifier, like `github(secret)`");
  if (typeof handler !== "function") throw misuse("config_invalid", "the second argument is the handler: `async ({ id, event }) => { … }`");
  const options = optionsOf(given, OPTIONS, "");
  const { limit = MEBIBYTE, log = logged, once, jsonParse, now } = options;
  if (!Number.isSafeInteger(limit) || limit < 0) throw misuse("config_invalid", "`limit` is a number of bytes");
  if (log !== false && typeof log !== "function") throw misuse("config_invalid", "`log` is a function, `(record) => { … }`, or `false`");
  if (once !== undefined && typeof once !== "function") throw misuse("config_invalid", "`once` is what `once(store, ttl)` of countersign/once returns");
  const run = once ?? ((_, work) => work());
  const answers = new Answers(verifier, "verifyToken" in options ? (options.verifyToken ?? "") : undefined);
  const signedUrl = signedUrlBy(answers, options.publicUrl);
  const receiver = { answers, signedUrl, handler, run, record: recorder(log), call: present({ jsonParse, now }) };
  return { limit, methods: answers.methods, receive: (open) => receive(receiver, open) };
}

/**
 * Responds to a request. `open` returns what it is: `{ method, url, headers, body, waitUntil }`, where `body` is a function that reads it.
 * Never rejects.
 */
async function receive(receiver, open) {
  const { answers, record } = receiver;
  let verified;
  try {
    const { method = "POST", url, headers, body, waitUntil } = open();
    const options = { ...present({ method, url: receiver.signedUrl(url), waitUntil }), ...receiver.call };
    if (method !== "POST") return await greeted(answers, { method, url, headers, options }, record);
    verified = await answers.verify(await body(), headers, options);
  } catch (error) {
    return refused(error, record);
  }
  return verified.greeting ?? handled(receiver, verified.delivery);
}

/** A function of a request's URL that returns the one that its sender signed. `publicUrl` without a query takes the request's. */
function signedUrlBy(answers, publicUrl) {
  if (publicUrl === undefined || publicUrl === null) return (url) => url;
  if (!answers.signsUrl) throw misuse("config_invalid", "`publicUrl` is for a sender that signs its URL, such as `twilio`");
  // The value of a file or a variable may end with a line break.
  const whole = typeof publicUrl === "string" ? publicUrl.trim() : "";
  if (!/^https?:\/\/[^/?#\s][^#\s]*$/.test(whole)) throw misuse("config_invalid", "`publicUrl` is the webhook's URL as the sender has it, https://…");
  return (url) => (whole.includes("?") ? whole : whole + (/\?[^#]+/.exec(url)?.[0] ?? ""));
}

/** Responds to a request by another method than POST. */
async function greeted(answers, { method, url, headers, options }, record) {
  const refuse = (refusal, more) => {
    record({ event: "webhook", outcome: refusal.code, status: refusal.status });
    return problem(refusal, more);
  };
  if (!answers.methods.includes(method)) return refuse(WRONG_METHOD, { allow: answers.methods.join(", ") });
  return (await answers.greet(url, headers, options)) ?? refuse(NO_HANDSHAKE);
}

/** Runs the handler, unless the event was handled or is being handled, and responds. */
async function handled({ answers, handler, run, record }, delivery) {
  const { id, scheme } = delivery;
  let answer = answers.acknowledgement();
  try {
    const state = await run(id, async () => {
      answer = (await said(await handler(delivery))) ?? answer;
    });
    if (state === "unconfirmed") record({ event: "webhook", outcome: "not_remembered", status: answer.status, scheme });
    if (state !== "in_flight") return answer;
    record({ event: "webhook", outcome: "in_flight", status: answers.again, scheme });
    return problem({ status: answers.again, ...IN_FLIGHT });
  } catch (error) {
    record({ event: "webhook", outcome: "handler_failed", status: 500, scheme, error });
    return problem(FAILED);
  }
}

/** What the handler's value says to the sender, if it does: a text, or a response that the handler made. One that it fetched is not for the sender. */
async function said(value) {
  if (typeof value === "string") return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: value };
  const isResponse = typeof value?.arrayBuffer === "function";
  const status = isResponse ? value.status : value?.statusCode;
  // `Response.error()` has status 0, which no server can send.
  if (status < 200 || status >= 300) throw new Error(`the handler returned a response with status ${status}, which the sender does not get: throw an error to have the event sent again`);
  return isResponse && value.url === "" ? reply({ status, type: value.headers.get("content-type") ?? undefined, body: contentOf(await value.arrayBuffer()) }) : undefined;
}

/** A body as text, or as bytes where it is none: an attachment of a form, for example. */
function contentOf(buffer) {
  try {
    return decoder.decode(buffer);
  } catch {
    return new Uint8Array(buffer);
  }
}

/** Keeps a byte order mark. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Writes the records. If the log fails, the sender gets its response all the same: a rejection that nobody handles would end the process. */
function recorder(log) {
  if (log === false) return () => {};
  return async (record) => {
    try {
      await log(record);
    } catch (error) {
      logged(record);
      console.error("the function `log` failed", error);
    }
  };
}

function refused(error, record) {
  if (error instanceof Unread) {
    const { answer: { code, status }, message } = error;
    record({ event: "webhook", outcome: code, status, ...(message && { message: `the body was not read to its end: ${message}` }) });
    return problem(error.answer);
  }
  if (!(error instanceof WebhookVerificationError)) {
    record({ event: "webhook", outcome: "handler_failed", status: 500, error });
    return problem(FAILED);
  }
  // The message says how to fix it and has no secret. It is for the log; the sender gets the code.
  record({ event: "webhook", outcome: error.code, status: error.status, message: error.message });
  const { title, retryAfter } = error.answer;
  return problem({ status: error.status, title, code: error.code }, retryAfter === undefined ? {} : { "retry-after": retryAfter });
}

const problem = ({ status, title, code }, headers = {}) => ({ status, headers: { "content-type": "application/problem+json", ...headers }, body: body(title, status, code) });

/** The members that are set: `undefined` is a value for `unwrap`. */
const present = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** The default log: refusals are warnings, since anybody can cause them, and what the receiver must fix is an error. */
function logged({ error, ...record }) {
  const write = record.status >= 500 ? console.error : console.warn;
  if (error === undefined) write(JSON.stringify(record));
  else write(JSON.stringify(record), error);
}
