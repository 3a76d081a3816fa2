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
  keys?: TestKeys;
  /** The type of the sample event, where the sender states it. Default: one that the sender documents, like Stripe's `"charge.succeeded"`. */
  type?: string;
  /** The member `data` of the sample event. */
  data?: object;
  /** The whole event instead. It keeps the id that it has; where the sender has an id and a time, they are added. */
  event?: object;
  /** The id of a sender that has one. Default: that of `event`, or a new one. */
  id?: string;
  /** The whole URL of the request, which some senders sign. */
  url?: string | URL;
  /** When it was sent: a `Date`, or Unix seconds. Default: now. */
  now?: number | Date;
  /**
   * What is wrong with the delivery. A way that the sender does not have throws `config_invalid`, which lists those it has.
   *
   * - `stale`, `future`: the timestamp is outside the tolerance, or the token has expired
   * - `body`: the body was changed after it was signed
   * - `key`: another key signed
   * - `unsigned`: only the content type is there
   */
  broken?: "stale" | "future" | "body" | "key" | "unsigned";
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
