// The form fields as one delivery, read and filled.
import { BodyField } from "./body-field.js";
import { byId } from "./dom.js";
import { Picker } from "./picker.js";
import { SCHEMES } from "./scheme-list.js";
import { schemeNamed, toleranceOf } from "./senders.js";
import { readTime } from "./time.js";

const SECRETS = /^(?:v1,)?wh(?:sec|pk|sk)_/;
const NAME = /^[^\s:]+$/;
/** The senders at the head of the list. */
const FIRST = ["gemini", "gemini-dynamic", "standard-webhooks", "svix"];
/** The fields with a text of their own. */
const VALUES = ["secret", "header", "url", "method", "jwks", "audience", "issuer", "email", "now", "tolerance"];

const HERE = "Stays in this tab’s memory.";
const SEVERAL = `${HERE} Separate several with spaces.`;
const PUBLIC = "As the sender’s dashboard shows it. Separate several with spaces.";

/** How the field of the key is labelled, by the way in which a sender writes its keys. */
const KEYS = {
  whsec: ["Secret", "whsec_…", SEVERAL],
  "text-or-whsec": ["Secret", "whsec_…", SEVERAL],
  text: ["Secret", "as the sender shows it", HERE],
  header: ["Token", "Bearer …", "The whole value of its header, with Bearer or Basic."],
  hex: ["HMAC key", "hexadecimal digits", SEVERAL],
  "ed25519-hex": ["Public key", "64 hexadecimal digits", PUBLIC],
  "ed25519-base64": ["Public key", "44 characters of base64", PUBLIC],
  "p256-spki": ["Verification key", "MFkw…", PUBLIC],
};

export class Form {
  #body;
  #sender;
  /** The tolerance of the last scheme that has one. */
  #tolerance;

  /** `changed` gets the name of what a person changed; `chosen` is called when a person chose a sender. */
  constructor({ changed, chosen }) {
    this.#body = new BodyField(byId("body"), byId("body-meta"), () => changed("body"));
    for (const id of ["headers", "secret", "raw", "header", "url", "method", "jwks", "audience", "issuer", "email", "now", "tolerance"]) {
      byId(id).addEventListener("input", () => changed(id));
    }
    const others = SCHEMES.filter(({ name }) => !FIRST.includes(name)).sort((a, b) => a.title.localeCompare(b.title));
    const options = [...FIRST.map(schemeNamed), ...others].map(({ name, title }) => ({ value: name, label: title }));
    this.#sender = new Picker(byId("sender"), byId("senders"), options, () => (this.#arrange(), chosen()));
    this.#arrange();
  }

  get scheme() {
    return this.#sender.value;
  }

  set body(bytes) {
    this.#body.bytes = bytes;
  }

  get isEmpty() {
    return byId("headers").value.trim() === "" && this.#body.bytes.length === 0;
  }

  /** The delivery in the fields. Without a time, it is checked as of now. */
  read() {
    const { hasKeySet, takesTokens, identity, choosesHeader, signsUrl } = schemeNamed(this.scheme);
    const own = toleranceOf(this.scheme);
    const text = (id) => byId(id).value.trim() || undefined;
    const now = readTime(byId("now").value);
    byId("now").setAttribute("aria-invalid", String(byId("now").value.trim() !== "" && now === undefined));
    const tolerance = Number(byId("tolerance").value);
    return {
      scheme: this.scheme,
      headers: pairs(byId("headers").value),
      body: this.#body.bytes,
      secrets: hasKeySet ? [] : secrets(byId("secret").value, schemeNamed(this.scheme), byId("raw").checked),
      jwks: hasKeySet ? text("jwks") : undefined,
      audience: takesTokens ? text("audience") : undefined,
      issuer: takesTokens ? text("issuer") : undefined,
      email: identity ? text("email") : undefined,
      header: choosesHeader ? text("header") : undefined,
      url: signsUrl ? text("url") : undefined,
      method: signsUrl ? byId("method").value : undefined,
      tolerance: own !== undefined && Number.isSafeInteger(tolerance) && tolerance >= 0 && byId("tolerance").value !== "" ? tolerance : own,
      now: now ?? Math.floor(Date.now() / 1000),
    };
  }

  /** Fills the given fields, and leaves the others unchanged. */
  fill({ scheme, headers, body, raw, ...values }) {
    if (schemeNamed(scheme) !== undefined) {
      this.#sender.value = scheme;
      this.#arrange();
    }
    if (headers !== undefined) byId("headers").value = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    if (body !== undefined) this.#body.bytes = body;
    if (raw !== undefined) byId("raw").checked = raw;
    for (const id of VALUES) {
      if (values[id] !== undefined) byId(id).value = values[id];
    }
    // A method that the list does not have would leave it empty.
    if (byId("method").selectedIndex < 0) byId("method").value = "POST";
  }

  /** Empties every field. */
  clear(scheme = FIRST[0]) {
    this.fill({ scheme, headers: [], body: new Uint8Array(), raw: false, ...Object.fromEntries(VALUES.map((id) => [id, ""])), tolerance: toleranceOf(scheme) });
  }

  /** What is in the fields as they are, to fill in again. */
  get content() {
    const values = Object.fromEntries(VALUES.map((id) => [id, byId(id).value]));
    return { scheme: this.scheme, headers: pairs(byId("headers").value), body: this.#body.bytes, raw: byId("raw").checked, ...values };
  }

  /** Shows the fields that a scheme needs, and its own tolerance in place of that of the last one. */
  #arrange() {
    const { scheme } = this;
    const { form, secret, hasKeySet, takesTokens, identity, choosesHeader, signatures, signsUrl, jwks, template } = schemeNamed(scheme);
    const tolerance = toleranceOf(scheme);
    byId("with-tolerance").hidden = tolerance === undefined;
    if (tolerance !== undefined) {
      if (["", String(this.#tolerance)].includes(byId("tolerance").value)) byId("tolerance").value = tolerance;
      this.#tolerance = tolerance;
    }
    const [label, placeholder, hint] = KEYS[secret];
    byId("secret-label").textContent = form === "token" ? "Token" : label;
    byId("secret").placeholder = placeholder;
    byId("secret-hint").textContent = hint;
    byId("raw-label").hidden = !isPrefixed(secret);
    byId("with-secret").hidden = hasKeySet;
    byId("with-set").hidden = !hasKeySet;
    byId("with-token").hidden = !takesTokens;
    byId("with-email").hidden = !identity;
    byId("with-header").hidden = !choosesHeader;
    byId("header").placeholder = signatures[0] ?? "";
    byId("issuer").placeholder = identity?.issuer ?? "iss";
    byId("jwks-url").textContent = `curl ${jwks}`;
    byId("with-url").hidden = !signsUrl;
    byId("method").hidden = template?.message.every(({ part }) => part !== "method") ?? true;
  }
}

const isPrefixed = (secret) => secret.endsWith("whsec");

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

/** One value may hold several keys, unless any text can be one. The core explains white space inside one secret. */
function secrets(text, { secret }, raw) {
  if (text === "") return [];
  if (raw && isPrefixed(secret)) return [new TextEncoder().encode(text)];
  const words = text.trim().split(/\s+/);
  const isKey = (word) => (isPrefixed(secret) ? SECRETS.test(word) : !["text", "header"].includes(secret));
  return words.length > 1 && words.every(isKey) ? words : [text];
}
