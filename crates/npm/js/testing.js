// The entry `countersign/testing`: deliveries as senders make them, signed by the platform's own cryptography. The build puts the page's samples beside it.
import { ASKING, questionOf } from "./asked.js";
import { misuse } from "./error.js";
import { nearest, optionsOf, secondsOf } from "./options.js";
import { schemeOf } from "./receivers.js";
import { at } from "./samples/described.js";
import { concat, fromBase64, utf8 } from "./samples/encoding.js";
import { eventOf } from "./samples/events.js";
import { sampleOf, statesType, typeHeader } from "./samples/sample-event.js";
import { newKey, sharedKey } from "./samples/sample-keys.js";
import { SENDERS, made } from "./samples/samples.js";
import { SCHEMES } from "./samples/scheme-list.js";
import { randomBytes } from "./samples/sign.js";

const OPTIONS = ["secret", "keys", "type", "data", "event", "id", "url", "now", "broken"];

/** What is made of the keys that `testKeys` returned. */
const signers = new WeakMap();

/** Keys of a sender for one test: what the receiver is configured with. */
export async function testKeys(sender) {
  const { secret, jwks, audience, email, key } = await made(senderOf(sender), { event: eventOf("batch.succeeded", 0), now: 0 });
  const keys = Object.fromEntries(Object.entries({ secret, jwks: jwks && JSON.parse(jwks), audience, email }).filter(([, value]) => value !== undefined));
  signers.set(keys, key);
  return keys;
}

/** A request as the sender sends it. */
export async function testRequest(sender, given) {
  const of = senderOf(sender);
  const { secret, keys, type, data, broken, ...more } = optionsOf(given, OPTIONS);
  for (const [name, text] of Object.entries({ id: more.id, type })) if (text !== undefined && typeof text !== "string") throw misuse("config_invalid", `\`${name}\` is text`);
  if (data !== undefined && !isObject(data)) throw misuse("config_invalid", "`data` is an object");
  const [now, url, event] = [Math.floor(secondsOf(more.now)), urlOf(more.url), written(more.event)];
  const { id = ownId(of, event) ?? `msg_${crypto.randomUUID()}` } = more;
  const key = keyOf(of, secret, keys);
  const whole = event ?? eventFrom(of.scheme, { type, data, id, now });
  const sent = await made(of, { event: whole, now, id, url, key, breakage: breakageOf(of, broken) });
  const headers = [...sent.headers, ...typeHeader(of.scheme, type)];
  return new Request(sent.url ?? url ?? "https://example.com/webhooks", { method: "POST", headers, body: sent.body });
}

/**
 * What a sender asks of an endpoint before it sends events: `{ request, check }`. `check(response)` rejects if the sender would not take the
 * response.
 */
export async function testHandshake(sender, given) {
  const of = senderOf(sender);
  if (!ASKING.includes(of.scheme)) throw misuse("config_invalid", `this sender asks nothing of an endpoint; those that do are ${ASKING.map((name) => `\`${name}\``).join(", ")}`);
  const { secret, keys, verifyToken, url } = optionsOf(given, ["secret", "keys", "url", "verifyToken"]);
  const { method, query, headers, event, wants, isTaken } = questionOf(of.scheme, { secret: trimmed(secret ?? keys?.secret), verifyToken });
  const request = event === undefined ? asking(urlOf(url), { method, query }) : await testRequest(sender, { secret, keys, url, event });
  for (const [name, value] of headers) request.headers.set(name, value);
  return { request, check: (response) => holds(response, { of, wants, isTaken }) };
}

function asking(url = "https://example.com/webhooks", { method, query }) {
  const to = new URL(url);
  if (query !== "") to.search = to.search === "" ? query : `${to.search}&${query}`;
  return new Request(to, { method });
}

async function holds(response, { of: { label }, wants, isTaken }) {
  if (typeof response?.text !== "function") throw misuse("config_invalid", "`check` takes a `Response`");
  const said = await response.clone().text();
  if (response.status === 200 && (await isTaken(said))) return;
  const shown = said.length > 200 ? `${said.slice(0, 200)}…` : said;
  throw new Error(`${label} wants status 200 and ${wants}; the response has ${response.status} and \`${shown}\``);
}

function urlOf(url) {
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw misuse("config_invalid", "`url` is a whole URL, like `https://app.example.com/webhooks`");
  // `Request` would refuse it with an error that quotes it.
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") throw misuse("config_invalid", "`url` has a user name or a password, and a request has neither in its URL: leave it out");
  return url.toString();
}

/** A copy of an event, as its body holds it. */
function written(event) {
  if (event === undefined) return undefined;
  let copy;
  try {
    copy = JSON.parse(JSON.stringify(event));
  } catch {
    copy = undefined;
  }
  if (!isObject(copy)) throw misuse("config_invalid", "`event` is an object: what the body holds as JSON");
  return copy;
}

const isObject = (value) => typeof value === "object" && value !== null;

/** The id that an event has where the sender has ids. */
function ownId({ of }, event) {
  const pointer = of?.template?.id.pointer;
  return event === undefined || pointer === undefined ? undefined : at(event, pointer);
}

/** The sender's sample event, with that type and that data. */
function eventFrom(scheme, { type, data, id, now }) {
  if (type !== undefined && !statesType(scheme)) throw misuse("config_invalid", "the events of this sender have no type: pass `event`");
  return Object.assign(sampleOf(scheme, { type, id, now }), data === undefined ? {} : { data });
}

function senderOf(sender) {
  const scheme = typeof sender === "function" ? schemeOf(sender) : undefined;
  const found = SENDERS.find((one) => one.scheme === scheme);
  if (found === undefined) throw misuse("config_invalid", `the first argument is the function of a sender, like \`stripe\`, from the same copy of this package${meantBy(sender)}`);
  return found;
}

/** The function that a name in place of one stands for. */
function meantBy(sender) {
  const meant = typeof sender === "string" ? nearest(sender, SCHEMES.map(({ make }) => make)) : undefined;
  return meant === undefined ? "" : `; did you mean \`${meant}\`, without quotes?`;
}

/** The key that signs. Only `testKeys` has the private key of a sender that signs with one. */
function keyOf(sender, secret, keys) {
  if (keys !== undefined) {
    if (!signers.has(keys)) throw misuse("config_invalid", "`keys` is what `testKeys` returned");
    return signers.get(keys);
  }
  if (!["v1", "hmac", "fields", "bare"].includes(sender.form)) throw misuse("config_invalid", "this sender signs with a private key: pass `keys`, what `await testKeys(…)` returned, and configure the receiver with it");
  const text = trimmed(secret);
  if (typeof text !== "string" || text === "") throw misuse("empty_secret", "`secret` is the receiver's secret");
  if (sender.form !== "v1") return sharedKey(sender.of, text);
  const key = standardKey(sender.of ?? {}, text);
  if (key === undefined) throw misuse("invalid_secret", "`secret` is no secret of this sender's: `whsec_` and base64");
  return key;
}

/** The key of a secret of Standard Webhooks, or undefined. Bars or white space join several secrets of Supabase's, and the first one signs. */
function standardKey({ isText, secret }, text) {
  // The text of a secret of Polar's is a key, whatever it looks like.
  if (secret === "text-or-whsec") return utf8(text);
  const one = isText ? text : (text.split(/\s*\|\s*|\s+(?=v1,)/).find((part) => part !== "") ?? text);
  const base64 = /^(?:v1,)?whsec_(.+)$/.exec(one)?.[1] ?? (isText ? undefined : one);
  return base64 === undefined ? utf8(text) : fromBase64(base64);
}

/** A secret as the receiver reads it: the value of a file or a variable may end with a line break. */
const trimmed = (secret) => (typeof secret === "string" ? secret.trim() : secret);

/** Ways to break a delivery, each for the forms of signature that it applies to. */
const BROKEN = {
  stale: {
    v1: { before: shifted(-600) }, v1a: { before: shifted(-600) }, hmac: { before: beyond(-2) }, key: { before: beyond(-2) },
    jwt: { before: expired }, identity: { before: expired },
  },
  future: { v1: { before: shifted(600) }, v1a: { before: shifted(600) }, hmac: { before: beyond(2) }, key: { before: beyond(2) } },
  body: { v1: { before: changed }, v1a: { before: changed }, hmac: { before: changed }, key: { before: changed } },
  key: { v1: { before: (plan) => void (plan.key = randomBytes(32)) }, hmac: { before: stranger }, key: { before: stranger }, bare: { before: stranger } },
  unsigned: Object.fromEntries(["v1", "v1a", "hmac", "key", "jwt", "identity", "bare"].map((form) => [form, { after: unsigned }])),
};

function breakageOf(sender, broken) {
  if (broken === undefined) return undefined;
  const ways = Object.keys(BROKEN).filter((name) => sender.form in BROKEN[name] && (!["stale", "future"].includes(name) || isDated(sender)));
  if (!ways.includes(broken)) throw misuse("config_invalid", `\`broken\` is one of ${ways.map((name) => `"${name}"`).join(", ")} for this sender`);
  return BROKEN[broken][sender.form];
}

/** Whether the sender signs a time that is not in the body. */
const isDated = ({ form, of }) => !["hmac", "key"].includes(form) || of.template.timestamp?.header !== undefined;

function shifted(seconds) {
  return (plan) => void (plan.timestamp = String(plan.now + seconds));
}

function beyond(times) {
  return (plan) => void (plan.timestamp = String(plan.now + times * plan.sender.of.tolerance));
}

function expired({ claims, now }) {
  Object.assign(claims, { iat: now - 7200, exp: now - 3600 });
}

function changed(plan) {
  plan.sentBody = concat(plan.body, utf8(" "));
}

async function stranger(plan) {
  const { sign, secret } = await newKey({ ...plan.sender.of, hasKeySet: false });
  plan.key = { ...plan.key, sign, secret };
}

/** Everything but the content type proves something. */
function unsigned(sent) {
  sent.headers = sent.headers.slice(0, 1);
}
