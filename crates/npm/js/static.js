// `Webhook` and the verifiers that need only secrets, over the Wasm that an entry has.
import { bodyOf, bodyOfRequest } from "./body.js";
import { Check, secretsOf } from "./check.js";
import { misuse } from "./error.js";
import { arrange, isRequest } from "./given.js";
import { CALL, optionsOf, secondsOf } from "./options.js";
import { named, note } from "./receivers.js";
import { targetOf } from "./target.js";

/** The options of a verifier with secrets. */
export const SECRET = ["tolerance", "allowShortKeys"];

/** The class `Webhook`, bound to a Wasm, which knows Standard Webhooks as `scheme`. */
export const webhookOn = (wasm, scheme) =>
  class Webhook {
    #check;

    constructor(secret, options) {
      const { format, ...settings } = optionsOf(options, ["format", ...SECRET]);
      if (format !== undefined && format !== "raw") throw misuse("config_invalid", '`format` is "raw", or left out');
      this.#check = new Check(wasm, { scheme, ...settings }, secretsOf(secret, format === "raw"));
    }

    verify(payload, headers, options) {
      const { now, jsonParse } = optionsOf(options, CALL);
      const values = this.#check.values(headers);
      const verified = this.#check.verify(values, bodyOf(payload), secondsOf(now));
      return jsonParse === false ? undefined : this.#check.event(verified);
    }

    sign(id, timestamp, payload) {
      return this.#check.sign(String(id), secondsOf(timestamp, false), payload);
    }
  };

/** Verifies with secrets. */
export class StaticVerifier {
  #check;

  constructor(wasm, settings, secrets) {
    this.#check = new Check(wasm, settings, secrets);
    note(this, () => ({ settings, secrets }));
  }

  async unwrap(...given) {
    const arranged = arrange(given);
    const { payload, headers, options } = arranged;
    const [values, now] = [this.#check.values(headers), secondsOf(options.now)];
    const body = isRequest(payload) ? await bodyOfRequest(payload) : bodyOf(payload);
    return this.#check.describe(this.#check.verify(values, body, now, targetOf(arranged)), options);
  }
}

/** What makes the function of a scheme's sender. */
export const withSecretsOn = (wasm) => (scheme) => named(scheme, (secrets, options) => new StaticVerifier(wasm, { scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets)));
