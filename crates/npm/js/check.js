// One verifier in the Wasm, with what it was constructed from: after a trap it is constructed again.
import { bodyOf, bytesOf, parse } from "./body.js";
import { fromFault, misuse } from "./error.js";
import { valuesOf } from "./headers.js";
import { settingsOf } from "./options.js";
import { partsOf } from "./target.js";

const encoder = new TextEncoder();

export class Check {
  #wasm;
  #scheme;
  #settings;
  #secrets;
  #document;
  #names;
  /** Whether the scheme signs the URL. For another it is not copied into Wasm. */
  #signsUrl;
  /** The place of a secret that is empty, or -1. */
  #unset;
  #verifier;
  #instance;

  /** `document` is a key set, as bytes. */
  constructor(wasm, { scheme, ...options }, secrets, document) {
    [this.#wasm, this.#scheme, this.#secrets, this.#document] = [wasm, scheme, secrets, document];
    this.#settings = settingsOf(options);
    this.#names = wasm.call((glue) => glue.headerNames(scheme));
    this.#signsUrl = wasm.call((glue) => glue.signsUrl(scheme));
    // A bundler may run this without the receiver's environment, so an unset secret is reported when it is first used.
    this.#unset = secrets.findIndex(isEmpty);
    if (this.#unset < 0) this.#current();
  }

  /** The value for each header of the scheme. */
  values(headers) {
    return valuesOf(headers, this.#names);
  }

  /** Throws for everything that can be refused without a key. */
  checkHeaders(values, now) {
    const verifier = this.#current();
    this.#wasm.call(() => verifier.checkHeaders(values, now));
  }

  /** Verifies a copy of the body, so that `event` and `describe` read what was verified, whatever happens to the body meanwhile. */
  verify(values, body, now, target) {
    const verifier = this.#current();
    const isText = typeof body === "string";
    const bytes = isText ? encoder.encode(body) : new Uint8Array(body);
    const [url, method] = this.#signsUrl ? partsOf(target) : [];
    const accepted = this.#wasm.call(() => verifier.verify(values, bytes, now, url, method));
    return { accepted, bytes, text: isText ? body : undefined };
  }

  /** The delivery that the user gets. */
  describe(verified, { jsonParse }) {
    const { scheme, id, timestamp, keyIndex, kid, claims } = verified.accepted;
    // A token does not sign the body, so its claims are what was verified.
    const body = claims ?? verified.bytes;
    const seconds = claims === undefined ? timestamp : { __proto__: null, ...parse(claims) }.iat;
    const event = jsonParse === false ? undefined : this.event(claims === undefined ? verified : { bytes: claims });
    const delivery = { id, timestamp: typeof seconds === "number" ? new Date(seconds * 1000) : undefined, scheme, keyIndex, event, body };
    return kid === undefined ? delivery : { ...delivery, kid };
  }

  /** The event in what was verified. The error of `JSON.parse` quotes the body, so it is not passed on. */
  event({ text, bytes }) {
    try {
      // A lone surrogate was verified as U+FFFD, so it is parsed as that.
      return parse(text?.toWellFormed() ?? bytes);
    } catch {
      throw fromFault(this.#wasm.call((glue) => glue.invalidJson()));
    }
  }

  sign(id, timestamp, payload) {
    const body = bodyOf(payload);
    const verifier = this.#current();
    return this.#wasm.call(() => verifier.sign(id, timestamp, typeof body === "string" ? encoder.encode(body) : body));
  }

  #current() {
    if (this.#unset >= 0) throw misuse("empty_secret", emptySecret(this.#unset, this.#secrets.length));
    if (this.#verifier === undefined || this.#instance !== this.#wasm.instance) {
      this.#verifier = this.#wasm.call((glue) => new glue.Verifier(this.#scheme, this.#settings, this.#secrets, this.#document));
      this.#instance = this.#wasm.instance;
    }
    return this.#verifier;
  }
}

/** Secrets as the core takes them: a list of texts, and of bytes for raw keys. An unset one becomes an empty one. */
export function secretsOf(secrets, raw = false) {
  const list = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0) return [""];
  return list.map((secret) => {
    if (typeof secret === "string") return raw && secret.trim() !== "" ? encoder.encode(secret) : secret;
    if (secret === undefined || secret === null) return "";
    if (ArrayBuffer.isView(secret)) return bytesOf(secret).slice();
    throw misuse("invalid_secret", "a secret is text, `whsec_…`, or the bytes of a raw key");
  });
}

const isEmpty = (secret) => secret.length === 0 || (typeof secret === "string" && secret.trim() === "");

function emptySecret(at, count) {
  const which = count > 1 ? `secret ${at + 1} of ${count}` : "the secret";
  return `${which} is empty or not given: set the environment variable where this runs to the \`whsec_…\` value that the sender showed`;
}
