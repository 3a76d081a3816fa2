/** Requests as senders make them, for tests of a receiver. The platform's own cryptography signs them, not the verifier's. */
import type { Jwk, Secrets, Verifier } from "./types.js";

/** The function of a sender, such as `stripe` or `geminiDynamic`, of any entry. */
export type Sender = ((secrets: Secrets, options?: any) => Verifier<any>) | ((options: any) => Verifier<any>);

/** What a receiver is configured with, for one test. */
export interface TestKeys {
  /** The secret or the public key, as the sender shows it. */
  secret?: string;
  /** The key set of a sender that publishes one: `geminiDynamic({ jwks })`. */
  jwks?: {
    /** The public keys. */
    keys: Jwk[];
  };
  /** What a token is issued for. */
  audience?: string;
  /** The account that a token names. */
  email?: string;
}

/** Options of {@link testRequest}. Either `secret` or `keys` is needed. */
export interface TestOptions {
  /** The secret that sender and receiver share. */
  secret?: string | undefined;
  /** What {@link testKeys} returned: for senders that sign with a private key. */
  keys?: TestKeys | undefined;
  /** The type of the sample event, where the sender states it. Default: one that the sender documents, like Stripe's `"charge.succeeded"`. */
  type?: string | undefined;
  /** The member `data` of the sample event. */
  data?: object | undefined;
  /** The whole event instead. It keeps the id that it has; where the sender has an id and a time, they are added. */
  event?: object | undefined;
  /** The id of a sender that has one. Default: that of `event`, or a new one. */
  id?: string | undefined;
  /** The whole URL of the request, which some senders sign. */
  url?: string | URL | undefined;
  /** When it was sent: a `Date`, or Unix seconds. Default: now. */
  now?: number | Date | undefined;
  /**
   * What is wrong with the delivery. A way that the sender does not have throws `config_invalid`, which lists those it has.
   *
   * - `stale`, `future`: the timestamp is outside the tolerance, or the token has expired
   * - `body`: the body was changed after it was signed
   * - `key`: another key signed
   * - `unsigned`: only the content type is there
   */
  broken?: "stale" | "future" | "body" | "key" | "unsigned" | undefined;
}

/**
 * Makes a signed request, as the sender sends it.
 *
 * @example
 * ```js
 * import { stripe } from "countersign";
 * import { testRequest } from "countersign/testing";
 *
 * const secret = "whsec_aSecretForTests0123456789";
 * const genuine = await testRequest(stripe, { secret, event: { id: "evt_1", type: "invoice.paid" } });
 * const stale = await testRequest(stripe, { secret, broken: "stale" });
 * const { event } = await stripe(secret).unwrap(genuine);
 * ```
 *
 * @throws {WebhookVerificationError} the promise rejects with `config_invalid` for an option that does not fit the sender
 */
export function testRequest(sender: Sender, options: TestOptions): Promise<Request>;

/** Options of {@link testHandshake}. Which are needed depends on the sender. */
export interface HandshakeOptions {
  /** The secret that sender and receiver share. */
  secret?: string | undefined;
  /** What {@link testKeys} returned: for senders that sign with a private key. */
  keys?: TestKeys | undefined;
  /** The token that you give Meta. */
  verifyToken?: string | undefined;
  /** The whole URL of the request. */
  url?: string | URL | undefined;
}

/** What a sender asks, and what it makes of the reply. */
export interface TestHandshake {
  /** The request as the sender makes it. Its method is not always POST. */
  request: Request;
  /** Resolves if the sender takes this response, and otherwise rejects with an error that says what it wants. */
  check(response: Response): Promise<void>;
}

/**
 * Makes the request by which a sender tries an endpoint before it sends events: Slack's challenge, Meta's GET, Discord's PING.
 *
 * @example
 * ```js
 * import { slack } from "countersign";
 * import { webhook } from "countersign/bun";
 * import { testHandshake } from "countersign/testing";
 *
 * const secret = "aSecretForTests0123456789";
 * const receive = webhook(slack(secret), ({ id }) => console.log(id));
 * const { request, check } = await testHandshake(slack, { secret });
 * await check(await receive(request));
 * ```
 *
 * @throws {WebhookVerificationError} the promise rejects with `config_invalid` for a sender that asks nothing, and for an option that does not fit
 */
export function testHandshake(sender: Sender, options: HandshakeOptions): Promise<TestHandshake>;

/**
 * Makes throwaway keys of a sender: a secret, a public key, or a key set whose private keys {@link testRequest} signs with.
 *
 * @example
 * ```js
 * import { geminiDynamic } from "countersign";
 * import { testKeys, testRequest } from "countersign/testing";
 *
 * const keys = await testKeys(geminiDynamic);
 * const { event } = await geminiDynamic({ jwks: keys.jwks }).unwrap(await testRequest(geminiDynamic, { keys }));
 * ```
 */
export function testKeys(sender: Sender): Promise<TestKeys>;
