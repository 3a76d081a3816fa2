// What an isolate counts, and the deliveries that it captures, on their way to the ledger: at most every ten seconds, behind a response.
import { learn, spend } from "./captures.js";
import * as glue from "./glue.js";

const EVERY = 10_000;
/** A request in so many looks whether the counts are still under way: a request that ended early took them along. */
const GIVEN_UP = 1024;

let isUnderWay = false;
let since = 0;
let takenAt = 0;

/** Has what was counted written soon, unless that is under way. `ledger` is where to; without one, nothing is counted. */
export function countSoon(env, context) {
  if (isUnderWay && (since = (since + 1) % GIVEN_UP)) return;
  isUnderWay = true;
  since = 1;
  context.waitUntil(writeInTime(env));
}

async function writeInTime(env) {
  const wait = takenAt + EVERY - Date.now();
  if (wait > 0 && wait <= EVERY) await new Promise((resume) => setTimeout(resume, wait));
  [takenAt, isUnderWay] = [Date.now(), false];
  const counts = glue.take_counts();
  if (counts === undefined) return;
  try {
    learn(await ledger(env).ledger("count", counts));
  } catch {
    // Ten seconds of counts are lost, and nothing else.
  }
}

/** Captures a refused delivery, behind its response, if it still fits. A body that could not be read is empty. */
export function capture({ env, context, source: { name }, request, body }, { text }) {
  const { code, status, title } = JSON.parse(text);
  const about = JSON.stringify({ code, status, reason: title, method: request.method, url: request.url, headers: [...request.headers] });
  const bytes = typeof body === "number" ? new Uint8Array() : body;
  if (spend(name, about.length + bytes.length)) context.waitUntil(keep(env, name, about, bytes));
}

async function keep(env, source, about, body) {
  try {
    learn(await ledger(env).ledger("keep", source, about, body));
  } catch {
    // The next refused delivery is captured in its place.
  }
}

const ledger = (env) => env.INBOX.getByName("registry");
