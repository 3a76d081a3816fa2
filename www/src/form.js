// The form fields as one delivery, read and filled.
import { BodyField } from "./body-field.js";
import { byId, el, fill } from "./dom.js";
import { SCHEMES } from "./scheme-list.js";
import { schemeNamed } from "./senders.js";
import { readTime } from "./time.js";

const SECRETS = /^(?:v1,)?wh(?:sec|pk|sk)_/;
const NAME = /^[^\s:]+$/;

export class Form {
  #body;
  #chosen;
  #more = byId("more-senders");
  #scheme = [...document.querySelectorAll('input[name="scheme"]')];

  constructor(changed) {
    this.#body = new BodyField(byId("body"), byId("body-meta"), changed);
    for (const id of ["headers", "secret", "raw", "jwks", "audience", "issuer", "now", "tolerance"]) {
      byId(id).addEventListener("input", changed);
    }
    const named = this.#scheme.map(({ value }) => value);
    const others = SCHEMES.filter(({ name }) => !named.includes(name)).sort((a, b) => a.title.localeCompare(b.title));
    fill(this.#more, [el("option", { value: "" }, "Choose …"), ...others.map(({ name, title }) => el("option", { value: name }, title))]);
    for (const radio of this.#scheme) radio.addEventListener("change", () => (this.#choose(radio.value), changed()));
    this.#more.addEventListener("change", () => (this.#choose(this.#more.value || named[0]), changed()));
    this.#choose(this.#scheme.find((radio) => radio.checked).value);
  }

  get scheme() {
    return this.#chosen;
  }

  set body(bytes) {
    this.#body.bytes = bytes;
  }

  get isEmpty() {
    return byId("headers").value.trim() === "" && this.#body.bytes.length === 0;
  }

  /** The delivery in the fields. Without a time, it is checked as of now. */
  read() {
    const { hasKeySet: dynamic, tolerance: own } = schemeNamed(this.scheme);
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
      tolerance: Number.isSafeInteger(tolerance) && tolerance >= 0 && byId("tolerance").value !== "" ? tolerance : own,
      now: now ?? Math.floor(Date.now() / 1000),
    };
  }

  /** Fills the given fields, and leaves the others unchanged. */
  fill({ scheme, headers, body, secret, jwks, audience, issuer, now, tolerance }) {
    if (schemeNamed(scheme) !== undefined) this.#choose(scheme);
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

  /** Chooses a scheme, and its own tolerance in place of that of the last one. */
  #choose(scheme) {
    const before = schemeNamed(this.#chosen ?? scheme).tolerance;
    this.#chosen = scheme;
    const radio = this.#scheme.find(({ value }) => value === scheme);
    this.#more.value = radio ? "" : scheme;
    for (const other of this.#scheme) other.checked = other === radio;
    if (byId("tolerance").value === String(before)) byId("tolerance").value = schemeNamed(scheme).tolerance;
    this.#arrange();
  }

  #arrange() {
    const dynamic = schemeNamed(this.scheme).hasKeySet;
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
