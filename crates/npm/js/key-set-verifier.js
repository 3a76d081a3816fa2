// The verifier of senders that publish a key set.
import { bodyOf, bodyOfRequest } from "./body.js";
import { Check } from "./check.js";
import { fromFault, mayBeRotation, misuse } from "./error.js";
import { arrange, isRequest } from "./given.js";
import { current, failureOf, newer } from "./jwks.js";
import { optionsOf, secondsOf } from "./options.js";
import { note } from "./receivers.js";
import { checkToken, tokenOf } from "./token.js";

/** The options of the `jwt` form, and of identity tokens. */
export const TOKEN = ["accept", "audience", "issuer", "leeway", "email"];

const KEY_SET = ["jwks", "fetch", "urlToken", "tolerance", "accept", "audience", "issuer", "leeway"];

/** The options of a sender that proves its identity. */
const IDENTITY = ["audience", "email", "issuer", "leeway", "jwks", "fetch", "urlToken"];

/** The options that name the text of a claim. */
const CLAIMS = ["audience", "email", "issuer"];

/** Settings with the claims as they are compared: the value of a file or a variable may end with a line break. */
export function trimmed(settings) {
  const text = ([name, value]) => [name, CLAIMS.includes(name) && typeof value === "string" ? value.trim() : value];
  return Object.fromEntries(Object.entries(settings).map(text));
}

/** Verifies with the keys of a key set. */
export class KeySetVerifier {
  #wasm;
  #settings;
  #url;
  #document;
  #fetcher;
  /** Whether the sender proves its identity by a token. */
  #identity;
  /** The token that ends the URL, if the receiver has one. */
  #token;
  /** The check, and the document that it was constructed with. */
  #check;
  #used;

  /** `tokens`: whether this Wasm checks tokens. */
  constructor(wasm, scheme, given, { tokens = false } = {}) {
    this.#wasm = wasm;
    this.#identity = wasm.call((glue) => glue.hasIdentity(scheme));
    const options = optionsOf(given, this.#identity ? IDENTITY : KEY_SET, "; a sender with a secret is `gemini(secret)`, `standard(secret)` or `svix(secret)`");
    const { jwks = wasm.call((glue) => glue.keySetUrl(scheme)), fetch, urlToken, ...settings } = options;
    if (fetch !== undefined && typeof fetch !== "function") throw misuse("config_invalid", "`fetch` is a function, like the global one");
    this.#settings = { __proto__: null, scheme, ...trimmed(settings) };
    if (!tokens && Array.isArray(this.#settings.accept) && this.#settings.accept.includes("jwt")) throw misuse("config_invalid", "`accept` names `jwt`, and tokens are in another entry: import `geminiDynamic` from \"countersign/jwt\"");
    if (Array.isArray(this.#settings.accept)) this.#settings.accept = [...this.#settings.accept];
    this.#fetcher = fetch;
    if ("urlToken" in options) this.#token = tokenOf(urlToken);
    if (typeof jwks === "object" && !isUrl(jwks)) this.#document = documentOf(jwks);
    else this.#url = urlOf(jwks);
    if (this.#unset() === undefined) this.#use(this.#document);
    note(this, () => ({ settings: this.#settings, secrets: [], keys: (options) => this.#document ?? this.#keys(options), token: this.#token }));
  }

  async unwrap(...given) {
    const { payload, headers, options, url } = arrange(given);
    if (this.#token !== undefined) checkToken(this.#token, options.url ?? url);
    const unset = this.#unset();
    if (unset !== undefined) throw unset;
    const check = this.#check;
    const [values, now] = [check.values(headers), secondsOf(options.now)];
    // A value that is not a body is the receiver's mistake, whatever the headers are.
    const whole = isRequest(payload) ? undefined : copied(bodyOf(payload));
    check.checkHeaders(values, now);
    const body = whole ?? (await bodyOfRequest(payload));
    const document = this.#document ?? (await this.#keys(options));
    const verify = (document) => {
      const check = this.#use(document);
      return check.describe(check.verify(values, body, now), options);
    };
    try {
      return verify(document);
    } catch (error) {
      const newest = this.#url !== undefined && mayBeRotation(error) ? await newer(this.#wasm, this.#url, { fetcher: this.#fetcher }) : undefined;
      if (newest === undefined || isSame(newest, document)) throw error;
      return verify(newest);
    }
  }

  async #keys({ waitUntil }) {
    const document = await current(this.#wasm, this.#url, { fetcher: this.#fetcher, waitUntil });
    if (document !== undefined) return document;
    throw fromFault(this.#wasm.call((glue) => glue.keysUnavailable()), failureOf(this.#url, { fetcher: this.#fetcher }));
  }

  #use(document) {
    if (this.#check === undefined || this.#used !== document) {
      this.#check = new Check(this.#wasm, this.#settings, [], document);
      this.#used = document;
    }
    return this.#check;
  }

  /** The error of an unset claim, thrown at first use: a bundler may run this without the receiver's environment. */
  #unset() {
    const { accept, audience } = this.#settings;
    if (this.#identity) {
      const unset = ["audience", "email"].find((name) => (this.#settings[name] ?? "") === "");
      return unset && misuse("config_invalid", `\`${unset}\` is empty or not given, and this sender's tokens need one: set the environment variable where this runs`);
    }
    if (!Object.hasOwn(this.#settings, "audience") || !Array.isArray(accept) || !accept.includes("jwt") || (audience ?? "") !== "") return undefined;
    return misuse("config_invalid", "`audience` is empty or not given, and `jwt` needs one: set the environment variable where this runs");
  }
}

/** The bytes of a key set that is given as bytes, as text or parsed. */
export function documentOf(jwks) {
  if (jwks === undefined) return undefined;
  if (ArrayBuffer.isView(jwks)) return bodyOf(jwks).slice();
  try {
    return new TextEncoder().encode(typeof jwks === "string" ? jwks : JSON.stringify(jwks));
  } catch {
    throw misuse("jwks_invalid", "`jwks` is not a JSON key set of the form { keys: […] }");
  }
}

/** Whether a key set is unchanged: another check would cost as much and have the same outcome. */
const isSame = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

const copied = (body) => (typeof body === "string" ? body : body.slice());

const isUrl = (value) => Object.prototype.toString.call(value) === "[object URL]";

function urlOf(jwks) {
  let url;
  try {
    url = new URL(jwks);
  } catch {
    throw misuse("config_invalid", "`jwks` is not a URL, nor a key set of the form { keys: […] }");
  }
  // `fetch` would refuse such a URL with an error that quotes it.
  if (url.username !== "" || url.password !== "") throw misuse("config_invalid", "the URL in `jwks` has a user name or a password: remove it, and pass a `fetch` that authenticates");
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback)) return url.href;
  throw misuse("config_invalid", "`jwks` is not an https URL (http is for loopback hosts only)");
}
