// The form fields as one delivery, read and filled.
import { BodyField } from "./body-field.js";
import { byId } from "./dom.js";
import { readTime } from "./time.js";

const SECRETS = /^(?:v1,)?wh(?:sec|pk|sk)_/;
const NAME = /^[^\s:]+$/;

export class Form {
  #body;
  #scheme = [...document.querySelectorAll('input[name="scheme"]')];

  constructor(changed) {
    this.#body = new BodyField(byId("body"), byId("body-meta"), changed);
    for (const id of ["headers", "secret", "raw", "jwks", "audience", "issuer", "now", "tolerance"]) {
      byId(id).addEventListener("input", changed);
    }
    for (const radio of this.#scheme) radio.addEventListener("change", () => (this.#arrange(), changed()));
    this.#arrange();
  }

  get scheme() {
    return this.#scheme.find((radio) => radio.checked).value;
  }

  set body(bytes) {
    this.#body.bytes = bytes;
  }

  get isEmpty() {
    return byId("headers").value.trim() === "" && this.#body.bytes.length === 0;
  }

  /** The delivery in the fields. Without a time, it is checked as of now. */
  read() {
    const dynamic = this.scheme === "gemini-dynamic";
    const text = (id) => byId(id).value.trim() || undefined;
    const now = readTime(byId("now").value);
    byId("now").setAttribute("aria-invalid", String(byId("now").value.trim() !== "" && now === undefined));
    const tolerance = Number(byId("tolerance").value);
    return {
      scheme: this.scheme,
      headers: pairs(byId("headers").value),
      body: this.#body.bytes,
      secrets: dynamic ? [] : secrets(byId("secret").value, byId("raw").checked),
      jwks: dynamic ? text("jwks") : undefined,
      audience: dynamic ? text("audience") : undefined,
      issuer: dynamic ? text("issuer") : undefined,
      tolerance: Number.isSafeInteger(tolerance) && tolerance >= 0 && byId("tolerance").value !== "" ? tolerance : 300,
      now: now ?? Math.floor(Date.now() / 1000),
    };
  }

  /** Fills the given fields, and leaves the others unchanged. */
  fill({ scheme, headers, body, secret, jwks, audience, issuer, now, tolerance }) {
    const radio = this.#scheme.find(({ value }) => value === scheme);
    if (radio) radio.checked = true;
    this.#arrange();
    if (headers !== undefined) byId("headers").value = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    if (body !== undefined) this.#body.bytes = body;
    for (const [id, value] of Object.entries({ secret, jwks, audience, issuer, now, tolerance })) {
      if (value !== undefined) byId(id).value = value;
    }
  }

  clear() {
    this.fill({ scheme: "gemini", headers: [], body: new Uint8Array(), secret: "", jwks: "", audience: "", issuer: "", now: "", tolerance: 300 });
    byId("raw").checked = false;
  }

  #arrange() {
    const dynamic = this.scheme === "gemini-dynamic";
    byId("with-secret").hidden = dynamic;
    byId("with-set").hidden = !dynamic;
  }
}

/** Header lines as pairs. Ignores a line without a colon. */
function pairs(text) {
  return text.split("\n").flatMap((line) => {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1)].map(stripped);
    return colon > 0 && NAME.test(name) ? [[name, value]] : [];
  });
}

/** Strips spaces and tabs at both ends, as HTTP does with a value. */
function stripped(text) {
  let [start, end] = [0, text.length];
  while (start < end && " \t".includes(text[start])) start += 1;
  while (end > start && " \t".includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** One value may hold several secrets, as in the Worker. The core explains white space inside one secret. */
function secrets(text, raw) {
  if (text === "") return [];
  if (raw) return [new TextEncoder().encode(text)];
  const words = text.trim().split(/\s+/);
  return words.length > 1 && words.every((word) => SECRETS.test(word)) ? words : [text];
}
