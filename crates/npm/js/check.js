// One verifier of the core, with what it was made from: it is made again after a trap, and for a newer key set.
import { bodyOf, parse } from "./body.js";
import { fromText, misuse } from "./error.js";
import { valuesOf } from "./headers.js";
import { nativeHmac } from "./wasm.js";

/** Bytes above which hashing natively is worth the crossings: measured in Node, some 20 µs, for which Wasm hashes 8 KiB. */
const NATIVE_ABOVE = 16 * 1024;

const FORMS = ["v1", "v1a", "jwt"];
const encoder = new TextEncoder();

/** What the core knows of a scheme: the URL of its key set, if it has one, and the names of its headers. */
export function schemeOf(wasm, name) {
  const [jwks, ...names] = wasm.call((glue) => glue.describeScheme(name)).split(" ");
  return { jwks: jwks === "-" ? undefined : jwks, names };
}

export class Check {
  #wasm;
  #scheme;
  #options;
  #secrets;
  #document;
  #names;
  #verifier;
  #instance;

  constructor(wasm, { scheme, ...options }, secrets, document) {
    this.#wasm = wasm;
    this.#scheme = scheme;
    this.#options = textOf(options);
    this.#secrets = secrets;
    this.#document = document;
    this.#names = schemeOf(wasm, scheme).names;
    this.#current();
  }

  /** The value for each header of the scheme. */
  values(headers) {
    return valuesOf(headers, this.#names);
  }

  /** All that can be refused without a key. */
  checkHeaders(values, now) {
    const verifier = this.#current();
    this.#wasm.call(() => verifier.checkHeaders(this.#write(values, ""), now));
  }

  /** Verifies; a number for `describe`, or throws. */
  verify(values, body, now) {
    const verifier = this.#current();
    const packed = this.#judge(verifier, values, body, now);
    if (packed < 0) throw fromText(verifier.takeFault());
    return packed;
  }

  #judge(verifier, values, body, now) {
    try {
      if (body.length <= NATIVE_ABOVE) return verifier.verify(this.#write(values, body), now);
      const bytes = typeof body === "string" ? encoder.encode(body) : body;
      if (nativeHmac === undefined) return verifier.verify(this.#write(values, bytes), now);
      return verifier.verifyHeld(this.#write(values, ""), bytes, now, nativeHmac);
    } catch (thrown) {
      throw this.#wasm.failed(thrown);
    }
  }

  /** Writes values and body where the Wasm reads them: first what parts the values, which none of them holds. */
  #write(values, body) {
    let head = "";
    for (const value of values) {
      if (value.includes("\n")) return this.#wasm.write("", partedOtherwise(values, body));
      head += "\n" + value;
    }
    return typeof body === "string" ? this.#wasm.write(`${head}\n${body}`) : this.#wasm.write(`${head}\n`, body);
  }

  /** What was verified, as users get it. */
  describe(packed, values, body, { jsonParse = true } = {}) {
    const form = FORMS[packed & 3];
    const delivery = { id: "", timestamp: undefined, scheme: form, keyIndex: packed >>> 8, event: undefined, body };
    if (form === "jwt") {
      const verifier = this.#current();
      delivery.id = verifier.tokenId();
      delivery.body = verifier.takeClaims();
      const { iat } = parse(delivery.body);
      if (typeof iat === "number") delivery.timestamp = new Date(iat * 1000);
    } else {
      const [id, timestamp] = values.slice(3 * ((packed >>> 2) & 63));
      delivery.id = id;
      delivery.timestamp = new Date(Number(timestamp) * 1000);
      if (typeof body === "string") delivery.body = encoder.encode(body);
    }
    if (jsonParse) delivery.event = this.event(delivery.body);
    return delivery;
  }

  /** The event in a verified body. */
  event(body) {
    try {
      return parse(body);
    } catch (cause) {
      throw fromText(this.#wasm.call((glue) => glue.invalidJson()), cause);
    }
  }

  sign(id, timestamp, payload) {
    const body = bodyOf(payload);
    const verifier = this.#current();
    return this.#wasm.call(() => verifier.sign(id, timestamp, typeof body === "string" ? encoder.encode(body) : body));
  }

  #current() {
    if (this.#verifier === undefined || this.#instance !== this.#wasm.instance) {
      this.#verifier = this.#wasm.call((glue) => new glue.Verifier(this.#scheme, this.#options, this.#secrets, this.#document));
      this.#instance = this.#wasm.instance;
    }
    return this.#verifier;
  }
}

/** The same for values with line feeds, which no HTTP header can hold and an object can: parted by a byte that is in no text. */
function partedOtherwise(values, body) {
  const parts = values.flatMap((value) => [PARTING, encoder.encode(value)]);
  parts.push(PARTING, typeof body === "string" ? encoder.encode(body) : body);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
const PARTING = Uint8Array.of(0xff);

/** Options as the core reads them: one to a line, each value as JSON, in which what is no number, such as NaN, is null. */
export function textOf(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return given.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join("\n");
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
