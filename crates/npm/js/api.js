// What users see of the whole; `index.d.ts` says what each does.
import { bodyOf, bodyOfRequest, isRequest } from "./body.js";
import { Check, schemeOf, secondsOf, secretsOf } from "./check.js";
import { WebhookVerificationError, fromText, mayBeRotation, misuse } from "./error.js";
import { core, full } from "./instances.js";
import { current, failureOf, newer } from "./jwks.js";
import { report } from "./report.js";
import { StaticVerifier, arrange, webhookOn } from "./static.js";

export { WebhookVerificationError };

export const Webhook = webhookOn(core);

/** Verifies with secrets, and explains. */
class SecretVerifier extends StaticVerifier {
  #settings;
  #secrets;

  constructor(settings, secrets) {
    super(core, settings, secrets);
    [this.#settings, this.#secrets] = [settings, secrets];
  }

  inspect(...given) {
    return inspected(given, this.#settings, () => this.#secrets, async () => undefined);
  }
}

/** Verifies with the keys of a set. */
class KeySetVerifier {
  #settings;
  #url;
  #document;
  #fetcher;
  /** The check, and the document and Wasm that it was made for. */
  #check;
  #used;
  #wasm;

  constructor(scheme, { jwks = schemeOf(core, scheme).jwks, fetch, ...settings } = {}) {
    this.#settings = { scheme, ...settings };
    this.#fetcher = fetch;
    if (typeof jwks === "object" && !(jwks instanceof URL)) this.#document = documentOf(jwks);
    else this.#url = urlOf(jwks);
    this.#use(this.#document, core);
  }

  async unwrap(...given) {
    const { payload, headers, options } = arrange(given);
    const [values, now] = [this.#check.values(headers), secondsOf(options.now)];
    this.#check.checkHeaders(values, now);
    const body = isRequest(payload) ? await bodyOfRequest(payload) : bodyOf(payload);
    const document = this.#document ?? (await this.#keys(options));
    const wasm = this.#settings.accept?.includes("jwt") ? await full() : core;
    const verify = (document) => this.#verify(this.#use(document, wasm), document, values, body, now, options);
    try {
      return verify(document);
    } catch (error) {
      const newest = this.#url !== undefined && mayBeRotation(error) ? await newer(this.#url, { fetcher: this.#fetcher }) : undefined;
      if (newest === undefined || isSame(newest, document)) throw error;
      return verify(newest);
    }
  }

  inspect(...given) {
    return inspected(given, this.#settings, () => [], (options) => this.#document ?? this.#keys(options));
  }

  async #keys({ waitUntil }) {
    const document = await current(this.#url, { fetcher: this.#fetcher, waitUntil });
    if (document !== undefined) return document;
    throw fromText(core.call((glue) => glue.keysUnavailable()), failureOf(this.#url, { fetcher: this.#fetcher }));
  }

  #verify(check, document, values, body, now, options) {
    const delivery = check.describe(check.verify(values, body, now), values, body, options);
    const { kid } = JSON.parse(new TextDecoder().decode(document)).keys[delivery.keyIndex] ?? {};
    return typeof kid === "string" ? { ...delivery, kid } : delivery;
  }

  #use(document, wasm) {
    if (this.#check === undefined || this.#used !== document || this.#wasm !== wasm) {
      this.#check = new Check(wasm, this.#settings, [], document);
      [this.#used, this.#wasm] = [document, wasm];
    }
    return this.#check;
  }
}

const withSecrets = (scheme) => (secrets, { tolerance } = {}) => new SecretVerifier({ scheme, tolerance }, secretsOf(secrets));
export const standard = withSecrets("standard-webhooks");
export const svix = withSecrets("svix");
export const gemini = withSecrets("gemini");
export const geminiDynamic = (options) => new KeySetVerifier("gemini-dynamic", options);

/** A report for a receiver that is not made, as its parts may be what is wrong. */
export function explain(receiver, ...given) {
  const { secrets = [], jwks, ...settings } = receiver ?? {};
  const none = Array.isArray(secrets) && secrets.length === 0;
  return inspected(given, settings, none ? () => [] : () => secretsOf(secrets), async () => documentOf(jwks));
}

/** Whether a key set is the one that was there: to check against it again would cost as much and come to the same. */
const isSame = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** The bytes of a key set: as they are, or of text, or of a set that was parsed. */
function documentOf(jwks) {
  if (jwks === undefined || jwks instanceof Uint8Array) return jwks;
  return new TextEncoder().encode(typeof jwks === "string" ? jwks : JSON.stringify(jwks));
}

/** Never throws: what cannot be looked at is a report of one step. */
async function inspected(given, settings, secrets, keys) {
  try {
    const { payload, headers, options } = arrange(given);
    const body = isRequest(payload) ? await bodyOfRequest(payload.bodyUsed ? payload : payload.clone()) : payload;
    const document = await Promise.resolve(keys(options)).catch(() => undefined);
    return await report(settings, secrets(), document, body, headers, secondsOf(options.now));
  } catch (error) {
    const { code = "internal_error", message } = error ?? {};
    const step = { name: code === "invalid_body" ? "body" : "input", state: "fail", code, detail: String(message) };
    const verdict = { state: "refused", code, detail: step.detail };
    return { ok: false, code, verdict, steps: [step], secrets: [], keys: [], signatures: [], comparisons: [], nearMisses: [] };
  }
}

function urlOf(jwks) {
  let url;
  try {
    url = new URL(jwks);
  } catch {
    throw misuse("config_invalid", "`jwks` is not a URL, nor a key set of the form { keys: […] }");
  }
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback)) return url.href;
  throw misuse("config_invalid", "`jwks` is not an https URL (http is for loopback hosts alone)");
}
