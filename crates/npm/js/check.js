// One verifier of the core, with what it was made from: it is made again after a trap, and for a newer key set.
import { bodyOf, parse } from "./body.js";
import { fromFault, misuse } from "./error.js";
import { linesOf, pairsOf, valuesOf } from "./headers.js";
import { core, full, nativeHmac } from "./wasm.js";

/** Bytes above which hashing natively is worth the crossings: measured in Node, some 20 µs, for which Wasm hashes 8 KiB. */
const NATIVE_ABOVE = 16 * 1024;

const FORMS = ["v1", "v1a", "jwt"];
const encoder = new TextEncoder();

/** What the core knows of a scheme: the URL of its key set, if it has one, and the names of its headers. */
export function schemeOf(name) {
  const [jwks, ...names] = core.call((glue) => glue.describeScheme(name)).split(" ");
  return { jwks: jwks === "-" ? undefined : jwks, names };
}

export class Check {
  #settings;
  #secrets;
  #document;
  #wasm;
  #names;
  #verifier;
  #instance;

  constructor(settings, secrets, document, wasm = core) {
    this.#settings = textOf(settings);
    this.#secrets = secrets;
    this.#document = document;
    this.#wasm = wasm;
    this.#names = schemeOf(settings.scheme).names;
    this.#current();
  }

  /** The value for each header of the scheme, in lines. */
  lines(headers) {
    return linesOf(headers, this.#names);
  }

  /** All that can be refused without a key. */
  checkHeaders(lines, now) {
    const verifier = this.#current();
    this.#wasm.call(() => verifier.checkHeaders(lines, now));
  }

  /** Verifies; a number for `describe`, or throws. */
  verify(lines, body, now) {
    const verifier = this.#current();
    const bytes = typeof body === "string" ? encoded(body) : body;
    try {
      if (bytes.length > NATIVE_ABOVE && nativeHmac !== undefined) return verifier.verifyHeld(lines, bytes, now, nativeHmac);
      return verifier.verifyBytes(lines, bytes, now);
    } catch (thrown) {
      throw this.#wasm.failed(thrown);
    }
  }

  /** What was verified, as users get it. */
  describe(packed, lines, body, { jsonParse = true } = {}) {
    const form = FORMS[packed & 3];
    const delivery = { id: "", timestamp: undefined, scheme: form, keyIndex: packed >>> 8, event: undefined, body };
    if (form === "jwt") {
      const verifier = this.#current();
      delivery.id = verifier.tokenId();
      delivery.body = verifier.takeClaims();
      const { iat } = parse(delivery.body);
      if (typeof iat === "number") delivery.timestamp = new Date(iat * 1000);
    } else {
      const [id, timestamp] = valuesOf(lines).slice(3 * ((packed >>> 2) & 63));
      delivery.id = id;
      delivery.timestamp = new Date(Number(timestamp) * 1000);
      if (typeof body === "string") delivery.body = encoder.encode(body);
    }
    if (jsonParse) delivery.event = event(delivery.body);
    return delivery;
  }

  sign(id, timestamp, payload) {
    const body = bodyOf(payload);
    const verifier = this.#current();
    return this.#wasm.call(() => verifier.sign(id, timestamp, typeof body === "string" ? encoder.encode(body) : body));
  }

  #current() {
    if (this.#verifier === undefined || this.#instance !== this.#wasm.instance) {
      this.#verifier = this.#wasm.call((glue) => new glue.Verifier(this.#settings, this.#secrets, this.#document));
      this.#instance = this.#wasm.instance;
    }
    return this.#verifier;
  }
}

/** Text as bytes, until the next call. The platform's encoder into memory at hand is quicker than the glue's, which goes by characters. */
function encoded(text) {
  if (text.length * 3 > scratch.length) return encoder.encode(text);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}
const scratch = new Uint8Array(8192);

/** Settings as the core reads them. JSON has no NaN and would make it nothing, which means the default; as text it is refused. */
const textOf = (settings) => JSON.stringify(settings, (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value));

/** The event in a verified body. */
export function event(body) {
  try {
    return parse(body);
  } catch (cause) {
    throw fault("invalid_json", cause);
  }
}

/** The error for a fault of that code, in the core's words. */
export function fault(code, cause) {
  return fromFault(JSON.parse(core.call((glue) => glue.describeFault(code))), cause);
}

/** A report of the core, with the signed bytes put together. */
export async function report(settings, secrets, document, payload, headers, now) {
  const body = bodyOf(payload);
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const pairs = JSON.stringify(pairsOf(headers));
  const wasm = await full();
  const text = wasm.call((glue) => glue.inspect(textOf(settings), secrets, document, pairs, bytes, now));
  const report = JSON.parse(text);
  if (report.signedPrefix !== undefined) {
    const prefix = encoder.encode(report.signedPrefix);
    report.signedContent = new Uint8Array(prefix.length + bytes.length);
    report.signedContent.set(prefix);
    report.signedContent.set(bytes, prefix.length);
  }
  return report;
}

/** Unix seconds, from what users hold a time in. */
export function secondsOf(time) {
  const seconds = time === undefined ? Date.now() / 1000 : typeof time === "number" ? time : Number(time) / 1000;
  if (!(seconds >= 0 && seconds < 8.64e12)) throw misuse("config_invalid", "a time is a Date, or a number of Unix seconds");
  return seconds;
}

/** Secrets as the core takes them: a list of texts, and of bytes for raw keys. */
export function secretsOf(secrets, raw = false) {
  const list = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0) throw misuse("empty_secret", "no secret was given: pass the `whsec_…` value that the sender showed, or a list of them");
  return list.map((secret) => {
    if (typeof secret === "string") return raw ? encoder.encode(secret) : secret;
    if (secret === undefined || secret === null) return "";
    if (ArrayBuffer.isView(secret)) return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength).slice();
    throw misuse("invalid_secret", "a secret is text, `whsec_…`, or the bytes of a raw key");
  });
}
