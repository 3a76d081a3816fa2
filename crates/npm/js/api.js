// What users see; `index.d.ts` says what each does.
import { bodyOf, bodyOfRequest, isRequest } from "./body.js";
import { Check, event, fault, report, schemeOf, secondsOf, secretsOf } from "./check.js";
import { WebhookVerificationError, mayBeRotation, misuse } from "./error.js";
import { current, failureOf, newer } from "./jwks.js";
import { core, full } from "./wasm.js";

export { WebhookVerificationError };

export class Webhook {
  #check;

  constructor(secret, options = {}) {
    const { format, tolerance } = options ?? {};
    if (format !== undefined && format !== "raw") throw misuse("config_invalid", '`format` is "raw", or left out');
    this.#check = new Check({ scheme: "standard-webhooks", tolerance }, secretsOf(secret, format === "raw"));
  }

  verify(payload, headers, options) {
    const body = bodyOf(payload);
    this.#check.verify(this.#check.lines(headers), body, secondsOf(options?.now));
    return options?.jsonParse === false ? undefined : event(body);
  }

  sign(id, timestamp, payload) {
    return this.#check.sign(String(id), secondsOf(timestamp), payload);
  }
}

/** Verifies with secrets. */
class StaticVerifier {
  #settings;
  #secrets;
  #check;

  constructor(scheme, secrets, { tolerance } = {}) {
    this.#settings = { scheme, tolerance };
    this.#secrets = secretsOf(secrets);
    this.#check = new Check(this.#settings, this.#secrets);
  }

  async unwrap(...given) {
    const { payload, headers, options } = arrange(given);
    const lines = this.#check.lines(headers);
    const body = isRequest(payload) ? await bodyOfRequest(payload) : bodyOf(payload);
    const packed = this.#check.verify(lines, body, secondsOf(options.now));
    return this.#check.describe(packed, lines, body, options);
  }

  inspect(...given) {
    return inspected(given, this.#settings, this.#secrets, async () => undefined);
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

  constructor(scheme, { jwks = schemeOf(scheme).jwks, fetch, ...settings } = {}) {
    this.#settings = { scheme, ...settings };
    this.#fetcher = fetch;
    if (typeof jwks === "object" && !(jwks instanceof URL)) this.#document = new TextEncoder().encode(JSON.stringify(jwks));
    else this.#url = urlOf(jwks);
    this.#use(this.#document, core);
  }

  async unwrap(...given) {
    const { payload, headers, options } = arrange(given);
    const [lines, now] = [this.#check.lines(headers), secondsOf(options.now)];
    this.#check.checkHeaders(lines, now);
    const body = isRequest(payload) ? await bodyOfRequest(payload) : bodyOf(payload);
    const document = this.#document ?? (await this.#keys(options));
    const wasm = this.#settings.accept?.includes("jwt") ? await full() : core;
    const verify = (document) => this.#verify(this.#use(document, wasm), document, lines, body, now, options);
    try {
      return verify(document);
    } catch (error) {
      const newest = this.#url !== undefined && mayBeRotation(error) ? await newer(this.#url, { fetcher: this.#fetcher }) : undefined;
      if (newest === undefined) throw error;
      return verify(newest);
    }
  }

  inspect(...given) {
    return inspected(given, this.#settings, [], (options) => this.#document ?? this.#keys(options));
  }

  async #keys({ waitUntil }) {
    const document = await current(this.#url, { fetcher: this.#fetcher, waitUntil });
    if (document !== undefined) return document;
    throw fault("keys_unavailable", failureOf(this.#url, { fetcher: this.#fetcher }));
  }

  #verify(check, document, lines, body, now, options) {
    const delivery = check.describe(check.verify(lines, body, now), lines, body, options);
    const { kid } = JSON.parse(new TextDecoder().decode(document)).keys[delivery.keyIndex] ?? {};
    return typeof kid === "string" ? { ...delivery, kid } : delivery;
  }

  #use(document, wasm) {
    if (this.#check === undefined || this.#used !== document || this.#wasm !== wasm) {
      this.#check = new Check(this.#settings, [], document, wasm);
      [this.#used, this.#wasm] = [document, wasm];
    }
    return this.#check;
  }
}

export const standard = (secrets, options) => new StaticVerifier("standard-webhooks", secrets, options);
export const svix = (secrets, options) => new StaticVerifier("svix", secrets, options);
export const gemini = (secrets, options) => new StaticVerifier("gemini", secrets, options);
export const geminiDynamic = (options) => new KeySetVerifier("gemini-dynamic", options);

/** `(request, options)` or `(payload, headers, options)`. */
function arrange([payload, headers, options]) {
  return isRequest(payload) ? { payload, headers: payload.headers, options: headers ?? {} } : { payload, headers, options: options ?? {} };
}

/** Never throws: what cannot be looked at is a report of one step. */
async function inspected(given, settings, secrets, keys) {
  try {
    const { payload, headers, options } = arrange(given);
    const body = isRequest(payload) ? await bodyOfRequest(payload.bodyUsed ? payload : payload.clone()) : payload;
    const document = await Promise.resolve(keys(options)).catch(() => undefined);
    return await report(settings, secrets, document, body, headers, secondsOf(options.now));
  } catch (error) {
    const { code = "internal_error", message } = error ?? {};
    const step = { name: code === "invalid_body" ? "body" : "input", state: "fail", code, detail: String(message) };
    return { ok: false, code, steps: [step], secrets: [], keys: [], signatures: [], comparisons: [], nearMisses: [] };
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
