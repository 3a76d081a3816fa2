// What every adapter does with a delivery: verify it, run the handler, and say what to respond. It knows no framework.
import { WebhookVerificationError, misuse, problem as body } from "./error.js";
import { optionsOf } from "./options.js";

const OPTIONS = ["limit", "log", "once", "jsonParse", "now"];
const MEBIBYTE = 1024 * 1024;

const TOO_LARGE = { status: 413, title: "the body is too large", code: "body_too_large" };
const INCOMPLETE = { status: 400, title: "the body is shorter than announced", code: "body_incomplete" };
const IN_FLIGHT = { status: 409, title: "a copy of this event is being handled", code: "in_flight" };
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

/** The receiver of a verifier and a handler: `{ limit, receive }`, which adapters call. Throws for wrong options, at start-up. */
export function receiving(verifier, handler, given) {
  if (typeof verifier?.unwrap !== "function") throw misuse("config_invalid", "the first argument is a verifier, like `github(secret)`");
  if (typeof handler !== "function") throw misuse("config_invalid", "the second argument is the handler: `async ({ id, event }) => { … }`");
  const { limit = MEBIBYTE, log = logged, once, jsonParse, now } = optionsOf(given, OPTIONS, "");
  if (!Number.isSafeInteger(limit) || limit < 0) throw misuse("config_invalid", "`limit` is a number of bytes");
  if (log !== false && typeof log !== "function") throw misuse("config_invalid", "`log` is a function, `(record) => { … }`, or `false`");
  if (once !== undefined && typeof once !== "function") throw misuse("config_invalid", "`once` is what `once(store, ttl)` of countersign/once returns");
  const run = once ?? ((_, work) => work());
  const record = recorder(log);
  return { limit, receive: (read) => receive({ verifier, handler, run, record, call: { jsonParse, now } }, read) };
}

/** Responds to a delivery, which `read` returns as the arguments of `unwrap`: `[payload, headers, options]`. Never rejects. */
async function receive({ verifier, handler, run, record, call }, read) {
  let delivery;
  try {
    const [payload, headers, options] = await read();
    delivery = await verifier.unwrap(payload, headers, { ...options, ...given(call) });
  } catch (error) {
    return refused(error, record);
  }
  try {
    const { state, value } = await settled(run, delivery, handler);
    if (state === "unconfirmed") record({ event: "webhook", outcome: "not_remembered", status: 204, scheme: delivery.scheme });
    if (state === "in_flight") {
      record({ event: "webhook", outcome: "in_flight", status: 409, scheme: delivery.scheme });
      return problem(IN_FLIGHT);
    }
    return typeof value === "string" ? { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: value } : { status: 204, headers: {}, body: "" };
  } catch (error) {
    record({ event: "webhook", outcome: "handler_failed", status: 500, scheme: delivery.scheme, error });
    return problem(FAILED);
  }
}

/** Runs the handler, unless the event was handled or is being handled. */
async function settled(run, delivery, handler) {
  let value;
  const state = await run(delivery.id, async () => {
    value = await handler(delivery);
    const status = statusOf(value);
    if (status >= 300) throw new Error(`the handler returned a response with status ${status}, which the sender does not get: throw an error to have the event sent again`);
  });
  return { state, value };
}

/** The status of a Fetch response, or of one as Lambda has it. */
const statusOf = (value) => (typeof value?.arrayBuffer === "function" ? value.status : value?.statusCode);

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
const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** The default log: refusals are warnings, since anybody can cause them, and what the receiver must fix is an error. */
function logged({ error, ...record }) {
  const write = record.status >= 500 ? console.error : console.warn;
  if (error === undefined) write(JSON.stringify(record));
  else write(JSON.stringify(record), error);
}
