// What users see of the whole; `index.d.ts` says what each does.
import { bodyOf, bodyOfRequest } from "./body.js";
import { Check, secretsOf } from "./check.js";
import { WebhookVerificationError, fromFault, mayBeRotation, misuse } from "./error.js";
import { arrange, isRequest } from "./given.js";
import { core, full } from "./instances.js";
import { current, failureOf, newer } from "./jwks.js";
import { optionsOf, secondsOf } from "./options.js";
import { report } from "./report.js";
import { SECRET, StaticVerifier, webhookOn } from "./static.js";
import { checkToken, tokenOf } from "./token.js";

export { WebhookVerificationError };

export const Webhook = webhookOn(core);

const TOKEN = ["accept", "audience", "issuer", "leeway"];
const KEY_SET = ["jwks", "fetch", "urlToken", "tolerance", ...TOKEN];
const RECEIVER = ["scheme", "secrets", "jwks", ...SECRET, ...TOKEN];

/** Verifies with secrets, and explains. */
class SecretVerifier extends StaticVerifier {
  #settings;
  #secrets;

  constructor(settings, secrets) {
    super(core, settings, secrets);
    [this.#settings, this.#secrets] = [settings, secrets];
  }

  inspect(...given) {
    return inspected(given, () => ({ settings: this.#settings, secrets: this.#secrets }));
  }
}

/** Verifies with the keys of a set. */
class KeySetVerifier {
  #settings;
  #url;
  #document;
  #fetcher;
  /** The token of the URL, if one is asked for. */
  #token;
  /** The check, and the document and Wasm that it was made for. */
  #check;
  #used;
  #wasm;

  constructor(scheme, given) {
    const options = optionsOf(given, KEY_SET, "; a sender with a secret is `gemini(secret)`, `standard(secret)` or `svix(secret)`");
    const { jwks = core.call((glue) => glue.keySetUrl(scheme)), fetch, urlToken, ...settings } = options;
    if (fetch !== undefined && typeof fetch !== "function") throw misuse("config_invalid", "`fetch` is a function, like the global one");
    this.#settings = { __proto__: null, scheme, ...settings };
    if (Array.isArray(this.#settings.accept)) this.#settings.accept = [...this.#settings.accept];
    this.#fetcher = fetch;
    if ("urlToken" in options) this.#token = tokenOf(urlToken);
    if (typeof jwks === "object" && !isUrl(jwks)) this.#document = documentOf(jwks);
    else this.#url = urlOf(jwks);
    if (this.#unset() === undefined) this.#use(this.#document, core);
  }

  async unwrap(...given) {
    const { payload, headers, options, url } = arrange(given);
    if (this.#token !== undefined) checkToken(this.#token, options.url ?? url);
    const unset = this.#unset();
    if (unset !== undefined) throw unset;
    const check = this.#check;
    const [values, now] = [check.values(headers), secondsOf(options.now)];
    // What is no body is the receiver's mistake, whatever the headers are.
    const whole = isRequest(payload) ? undefined : copied(bodyOf(payload));
    check.checkHeaders(values, now);
    const body = whole ?? (await bodyOfRequest(payload));
    const document = this.#document ?? (await this.#keys(options));
    const wasm = this.#settings.accept?.includes("jwt") ? await full() : core;
    const verify = (document) => {
      const check = this.#use(document, wasm);
      return check.describe(check.verify(values, body, now), options);
    };
    try {
      return verify(document);
    } catch (error) {
      const newest = this.#url !== undefined && mayBeRotation(error) ? await newer(this.#url, { fetcher: this.#fetcher }) : undefined;
      if (newest === undefined || isSame(newest, document)) throw error;
      return verify(newest);
    }
  }

  inspect(...given) {
    const keys = (options) => this.#document ?? this.#keys(options);
    return inspected(given, () => ({ settings: this.#settings, secrets: [], keys, token: this.#token }));
  }

  async #keys({ waitUntil }) {
    const document = await current(this.#url, { fetcher: this.#fetcher, waitUntil });
    if (document !== undefined) return document;
    throw fromFault(core.call((glue) => glue.keysUnavailable()), failureOf(this.#url, { fetcher: this.#fetcher }));
  }

  #use(document, wasm) {
    if (this.#check === undefined || this.#used !== document || this.#wasm !== wasm) {
      this.#check = new Check(wasm, this.#settings, [], document);
      [this.#used, this.#wasm] = [document, wasm];
    }
    return this.#check;
  }

  /** The fault of an `audience` that comes from an environment which is not there, as it is not where a bundler runs this. */
  #unset() {
    const { accept, audience } = this.#settings;
    if (!Object.hasOwn(this.#settings, "audience") || !Array.isArray(accept) || !accept.includes("jwt") || (audience ?? "") !== "") return undefined;
    return misuse("config_invalid", "`audience` is empty, or not given, and `jwt` needs one: set the environment variable where this runs");
  }
}

const withSecrets = (scheme) => (secrets, options) => new SecretVerifier({ scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets));
export const standard = withSecrets("standard-webhooks");
export const svix = withSecrets("svix");
export const gemini = withSecrets("gemini");
export const geminiDynamic = (options) => new KeySetVerifier("gemini-dynamic", options);

/** A report for a receiver that is not made, as its parts may be what is wrong. */
export function explain(receiver, ...given) {
  return inspected(given, () => {
    const { secrets = [], jwks, ...settings } = optionsOf(receiver, RECEIVER);
    const none = Array.isArray(secrets) && secrets.length === 0;
    return { settings, secrets: none ? [] : secretsOf(secrets), keys: async () => documentOf(jwks) };
  });
}

/** Whether a key set is the one that was there: to check against it again would cost as much and come to the same. */
const isSame = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

const copied = (body) => (typeof body === "string" ? body : body.slice());

/** The bytes of a key set: as they are, or of text, or of a set that was parsed. */
function documentOf(jwks) {
  if (jwks === undefined) return undefined;
  if (ArrayBuffer.isView(jwks)) return bodyOf(jwks).slice();
  try {
    return new TextEncoder().encode(typeof jwks === "string" ? jwks : JSON.stringify(jwks));
  } catch {
    throw misuse("jwks_invalid", "`jwks` is not a key set of the form { keys: […] }, as JSON has it");
  }
}

/** Never throws: what cannot be looked at is a report of one step. */
async function inspected(given, receiver) {
  try {
    const { settings, secrets, keys = async () => undefined, token } = receiver();
    const { payload, headers, options, url } = arrange(given);
    const body = isRequest(payload) ? await bodyOfRequest(payload.bodyUsed ? payload : (payload.clone?.() ?? payload)) : payload;
    const document = await Promise.resolve(keys(options)).catch(() => undefined);
    const whole = await report(settings, secrets, document, body, headers, secondsOf(options.now));
    return token === undefined ? whole : withToken(whole, token, options.url ?? url);
  } catch (error) {
    const { code = "internal_error", message } = error ?? {};
    const step = { name: code === "invalid_body" ? "body" : "input", state: "fail", code, detail: String(message) };
    const verdict = { state: "refused", code, detail: step.detail };
    return { ok: false, code, verdict, steps: [step], secrets: [], keys: [], signatures: [], comparisons: [], nearMisses: [] };
  }
}

/** The report with what comes before all of its steps. */
function withToken(report, token, url) {
  try {
    checkToken(token, url);
    return { ...report, steps: [{ name: "url", state: "pass", detail: "the URL ends with the token" }, ...report.steps] };
  } catch ({ code, message }) {
    return { ...report, ok: false, code, steps: [{ name: "url", state: "fail", code, detail: message }, ...report.steps] };
  }
}

const isUrl = (value) => Object.prototype.toString.call(value) === "[object URL]";

function urlOf(jwks) {
  let url;
  try {
    url = new URL(jwks);
  } catch {
    throw misuse("config_invalid", "`jwks` is not a URL, nor a key set of the form { keys: […] }");
  }
  // `fetch` refuses such a URL, and quotes it.
  if (url.username !== "" || url.password !== "") throw misuse("config_invalid", "`jwks` has a name or a password in its URL: leave it out, and give a `fetch` that authenticates");
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback)) return url.href;
  throw misuse("config_invalid", "`jwks` is not an https URL (http is for loopback hosts alone)");
}
