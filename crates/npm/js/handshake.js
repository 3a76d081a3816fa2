// What a sender asks of an endpoint before it sends events, and the response that it reads once a delivery was taken. `src/handshake.rs` does
// the same for the Worker, and the senders' rows in `answers.js` are the registry's.
//
// A handshake is no event: it reaches no handler. None of the replies signs what a stranger asks for.
import { ACKNOWLEDGEMENTS, ENDS_AT_4XX, HANDSHAKES, SIGNED_URL } from "./answers.js";
import { misuse } from "./error.js";
import { valuesOf } from "./headers.js";
import { receiverOf } from "./receivers.js";
import { isSame } from "./token.js";

/** The largest body in bytes that is looked into for a handshake. */
const LARGEST = 16 * 1024;

const encoder = new TextEncoder();

/** How to answer the sender of a verifier, besides verifying. */
export class Answers {
  /** The methods that this receiver answers. */
  methods = ["POST"];
  /** Whether the sender may sign its URL. */
  signsUrl;
  /** The status that has the sender try again. */
  again;
  #verifier;
  #asks;
  #taken;
  #verifyToken;

  /**
   * `verifyToken` is undefined if the receiver has none. An unset environment variable is a value: the token is then empty. Throws for one that
   * the sender does not ask for.
   */
  constructor(verifier, verifyToken) {
    // A verifier of the user's own has no scheme that is known here. A sender that the receiver described may sign its URL.
    const scheme = receiverOf(verifier)?.().settings.scheme?.split(/[\n ]/)[0];
    const asks = HANDSHAKES[scheme];
    const needsToken = asks?.kind === "hub_challenge";
    if (verifyToken !== undefined && !needsToken) throw misuse("config_invalid", "`verifyToken` is for a sender that asks for one with a GET, such as `meta`");
    [this.#verifier, this.#asks, this.#verifyToken] = [verifier, asks, verifyToken];
    this.#taken = ACKNOWLEDGEMENTS[scheme] ?? { status: 204 };
    this.signsUrl = scheme === undefined || scheme === "hmac" || SIGNED_URL.includes(scheme);
    this.again = ENDS_AT_4XX.includes(scheme) ? 503 : 409;
    if (asks !== undefined && asks.method !== "POST" && !(needsToken && verifyToken === undefined)) this.methods.push(asks.method);
  }

  /** The response to a delivery that was taken. */
  acknowledgement() {
    return reply(this.#taken);
  }

  /** Verifies a POST. Resolves to `{ delivery }`, and to a `greeting` too, or alone, if it is a handshake: this is then its reply. */
  async verify(payload, headers, options) {
    let delivery;
    try {
      delivery = await this.#verifier.unwrap(payload, headers, options);
    } catch (error) {
      const greeting = error?.code === "missing_header" ? await this.#unsigned(payload) : undefined;
      if (greeting === undefined) throw error;
      return { greeting };
    }
    return { delivery, greeting: await this.#signed(delivery) };
  }

  /** The reply to a request by another of the `methods`, which has no body; undefined if its handshake does not hold. */
  async greet(url, headers, options) {
    const { kind, header } = this.#asks;
    if (kind === "probe") return reply({ status: 200 });
    if (kind === "hub_challenge") return hubChallenge(queryOf(url), this.#token());
    const [challenge] = valuesOf(headers, [header]);
    try {
      await this.#verifier.unwrap(new Uint8Array(), headers, { ...options, jsonParse: false });
    } catch (error) {
      // What the receiver has to mend is no fault of the sender's.
      if (error?.status < 500) return undefined;
      throw error;
    }
    return isPlausible(challenge) ? reply({ status: 200, type: "application/json", body: JSON.stringify({ verification: challenge }) }) : undefined;
  }

  async #signed({ body, keyIndex }) {
    const { kind, marker, equals, challenge } = this.#asks ?? {};
    if (!["echo", "encrypted_token", "ping"].includes(kind)) return undefined;
    const asked = jsonOf(body);
    if (kind === "echo") return at(asked, marker) === equals ? echo(at(asked, challenge)) : undefined;
    return kind === "ping" ? pong(asked) : this.#encrypted(plainToken(asked), keyIndex);
  }

  /** Without a signature, only a token has a reply that can be no part of what the sender signs for an event. */
  async #unsigned(body) {
    const token = this.#asks?.kind === "encrypted_token" ? plainToken(jsonOf(body)) : undefined;
    return token !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(token) ? this.#encrypted(token, 0) : undefined;
  }

  async #encrypted(token, keyIndex) {
    if (token === undefined) return undefined;
    const secret = receiverOf(this.#verifier)().secrets[keyIndex];
    const bytes = typeof secret === "string" ? encoder.encode(secret.trim()) : secret;
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(token)));
    const encryptedToken = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return reply({ status: 200, type: "application/json", body: JSON.stringify({ encryptedToken, plainToken: token }) });
  }

  #token() {
    const token = typeof this.#verifyToken === "string" ? this.#verifyToken.trim() : "";
    if (token === "") throw misuse("empty_secret", "`verifyToken` is empty or not given: set the environment variable where this runs to the token that you gave the sender");
    return encoder.encode(token);
  }
}

/** A response, in the shape of the adapters. A text may be an echo of the sender's: a browser must not take it for a page. */
export const reply = ({ status, type, body = "" }) => ({ status, headers: type === undefined ? {} : { "content-type": type, "x-content-type-options": "nosniff" }, body });

/** Repeats a challenge. One that no sender would make is not repeated. */
const echo = (challenge) => (isPlausible(challenge) ? reply({ status: 200, type: "text/plain", body: challenge }) : undefined);

const isPlausible = (challenge) => typeof challenge === "string" && /^[!-~]{1,1024}$/.test(challenge);

function hubChallenge(query, token) {
  const [mode, given, challenge] = ["mode", "verify_token", "challenge"].map((name) => query.getAll(`hub.${name}`)).map(([value, ...more]) => (more.length === 0 ? value : undefined));
  return mode === "subscribe" && given !== undefined && isSame(token, encoder.encode(given)) ? echo(challenge) : undefined;
}

const queryOf = (url) => new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? "");

function plainToken(asked) {
  const token = at(asked, "/event") === "endpoint.url_validation" ? at(asked, "/payload/plainToken") : undefined;
  return typeof token === "string" && token.length > 0 && encoder.encode(token).length <= 1024 ? token : undefined;
}

/** An interaction of type 1 is a PING. A webhook event of type 1 is an event, which has an `event`; there, a PING has type 0. */
function pong(asked) {
  const type = at(asked, "/type");
  if (type === 0) return reply({ status: 204 });
  return type === 1 && at(asked, "/event") === undefined ? reply({ status: 200, type: "application/json", body: '{"type":1}' }) : undefined;
}

/** What is at a JSON pointer, or undefined. */
const at = (value, pointer) => pointer.split("/").slice(1).reduce((object, name) => (typeof object === "object" && object !== null && Object.hasOwn(object, name) ? object[name] : undefined), value);

const decoder = new TextDecoder("utf-8", { fatal: true });

function jsonOf(body) {
  if (body.length > LARGEST) return undefined;
  try {
    return JSON.parse(typeof body === "string" ? body : decoder.decode(body));
  } catch {
    return undefined;
  }
}
