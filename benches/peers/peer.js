// The way of a delivery through a Worker written by hand: checked, then given to the one destination that the Worker is for. `MODE`
// says which that is, so that one check serves in all of them.
import { refuse, schemeOf, succeed } from "./answers.js";

const DAY = 86_400;
const DESTINATIONS = { pass: deliver, v1a: deliver, jwt: deliver, kv: deliverOnce, inbox: store };

/**
 * A Worker around `check(request, env)`, which resolves to the event: what was verified, or only `bytes` where no signature matches.
 */
export function peer(check) {
  return {
    async fetch(request, env, context) {
      const source = env.SOURCE ?? request.url.slice(request.url.lastIndexOf("/") + 1);
      const event = await check(request, env);
      if (event.id === undefined) return refuse("no_matching_signature", source, event.bytes);
      const answer = DESTINATIONS[env.MODE](event, source, request, env);
      // A sender that hangs up is not to end a delivery that it would make again. What is stored is stored at once.
      if (env.MODE !== "inbox") context.waitUntil(answer);
      return answer;
    },
  };
}

async function deliver(event, source, request, env) {
  return succeed("delivered", event, source, await forward(event, source, request, env));
}

/** One mark in KV per event, looked for before and written after. */
async function deliverOnce(event, source, request, env) {
  const key = `seen:${source}:${event.id}`;
  if ((await env.EVENTS.get(key)) !== null) return succeed("duplicate", event, source);
  const destination = await forward(event, source, request, env);
  await env.EVENTS.put(key, "1", { expirationTtl: DAY });
  return succeed("delivered", event, source, destination);
}

/** The application behind a service binding, with a time limit, and told what it needs to know. */
async function forward(event, source, request, env) {
  const started = Date.now();
  const headers = event.claims ? { "content-type": "application/json", "webhook-id": event.id } : passedOn(request.headers);
  const response = await env.APP.fetch(`https://countersign.internal/${source}`, {
    method: "POST",
    headers: {
      ...headers,
      "webhook-signature": request.headers.get("webhook-signature"),
      "user-agent": "peer/1.0",
      "countersign-source": source,
      "countersign-scheme": schemeOf(event.form),
      "countersign-form": event.form,
      ...(event.claims && { "countersign-covers": "claims" }),
      "countersign-attempt": "1",
      "countersign-received-at": String(Math.floor(started / 1000)),
    },
    body: event.body,
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error("the application did not take the event");
  return { status: response.status, ms: Date.now() - started };
}

function passedOn(headers) {
  const of = (name) => [name, headers.get(name)];
  return Object.fromEntries([of("content-type"), of("webhook-id"), of("webhook-timestamp")]);
}

/** A SQLite Durable Object that stores the event, to be delivered later. */
async function store(event, source, request, env) {
  const names = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"];
  const headers = JSON.stringify(names.map((name) => [name, request.headers.get(name)]));
  const stub = env.INBOX.get(env.INBOX.idFromName(`${source}/0`));
  return succeed(await stub.accept(event.id, headers, event.body), event, source);
}
