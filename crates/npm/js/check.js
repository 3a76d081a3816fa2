// One verifier of the core, with what it was made from: it is made again after a trap, and for a newer key set.
import { bodyOf, bytesOf, parse } from "./body.js";
import { fromText, misuse } from "./error.js";
import { valuesOf } from "./headers.js";
import { checkSeconds } from "./options.js";
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
  /** The place of a secret that is empty, or -1. */
  #unset;
  #verifier;
  #instance;

  constructor(wasm, { scheme, ...options }, secrets, document) {
    this.#wasm = wasm;
    this.#scheme = scheme;
    this.#options = textOf(options);
    this.#secrets = secrets;
    this.#document = document;
    this.#names = schemeOf(wasm, scheme).names;
    // A bundler may run this without the environment of the receiver, so what is unset is told when it is used.
    this.#unset = secrets.findIndex(isEmpty);
    if (this.#unset < 0) this.#current();
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

  /** Verifies; what `describe` and `event` make of it, or throws. What they read is what was verified, whatever happens to the body meanwhile. */
  verify(values, body, now) {
    const verifier = this.#current();
    const [text, large] = [typeof body === "string", body.length > NATIVE_ABOVE && nativeHmac !== undefined];
    let bytes = large ? (text ? encoder.encode(body) : new Uint8Array(body)) : undefined;
    const end = this.#write(values, large ? "" : body);
    const packed = this.#wasm.call(() => (large ? verifier.verifyHeld(end, bytes, now, nativeHmac) : verifier.verify(end, now)));
    if (packed < 0) throw fromText(verifier.takeFault());
    if (!large && !text) bytes = this.#wasm.held(end, body.length);
    return { packed, bytes, text: text ? body.toWellFormed() : undefined, isShared: !large };
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
  describe(verified, values, { jsonParse }) {
    const form = FORMS[verified.packed & 3];
    const delivery = { id: "", timestamp: undefined, scheme: form, keyIndex: verified.packed >>> 8, event: undefined, body: undefined };
    if (form === "jwt") {
      const verifier = this.#current();
      delivery.id = verifier.tokenId();
      delivery.body = verifier.takeClaims();
      const { iat } = { __proto__: null, ...parse(delivery.body) };
      if (typeof iat === "number") delivery.timestamp = new Date(iat * 1000);
      if (jsonParse !== false) delivery.event = this.event({ bytes: delivery.body });
      return delivery;
    }
    const [id, timestamp] = values.slice(3 * ((verified.packed >>> 2) & 63));
    // As its bytes read: two ids that are one in UTF-8 are one.
    delivery.id = id.toWellFormed();
    delivery.timestamp = new Date(Number(timestamp) * 1000);
    if (jsonParse !== false) delivery.event = this.event(verified);
    delivery.body = verified.bytes === undefined ? encoder.encode(verified.text) : verified.isShared ? verified.bytes.slice() : verified.bytes;
    return delivery;
  }

  /** The event in what was verified. What `JSON.parse` says of a body is not passed on: it quotes it. */
  event({ text, bytes }) {
    try {
      return parse(text ?? bytes);
    } catch {
      throw fromText(this.#wasm.call((glue) => glue.invalidJson()));
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
  for (const [name, value] of given) if (name === "tolerance" || name === "leeway") checkSeconds(name, value);
  return given.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join("\n");
}

/** Secrets as the core takes them: a list of texts, and of bytes for raw keys. One that is unset is an empty one. */
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
  return `${which} is empty, or not given: set the environment variable where this runs to the \`whsec_…\` value that the sender showed`;
}
