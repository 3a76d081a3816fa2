// What needs shared secrets and no more, over whichever Wasm an entry has.
import { bodyOf, bodyOfRequest, isRequest } from "./body.js";
import { Check, secondsOf, secretsOf } from "./check.js";
import { misuse } from "./error.js";

/** The class `Webhook` over a Wasm. */
export const webhookOn = (wasm) =>
  class Webhook {
    #check;

    constructor(secret, options = {}) {
      const { format, tolerance } = options ?? {};
      if (format !== undefined && format !== "raw") throw misuse("config_invalid", '`format` is "raw", or left out');
      this.#check = new Check(wasm, { scheme: "standard-webhooks", tolerance }, secretsOf(secret, format === "raw"));
    }

    verify(payload, headers, options) {
      const body = bodyOf(payload);
      this.#check.verify(this.#check.values(headers), body, secondsOf(options?.now));
      return options?.jsonParse === false ? undefined : this.#check.event(body);
    }

    sign(id, timestamp, payload) {
      return this.#check.sign(String(id), secondsOf(timestamp), payload);
    }
  };

/** Verifies with secrets. */
export class StaticVerifier {
  #check;

  constructor(wasm, settings, secrets) {
    this.#check = new Check(wasm, settings, secrets);
  }

  async unwrap(...given) {
    const { payload, headers, options } = arrange(given);
    const values = this.#check.values(headers);
    const body = isRequest(payload) ? await bodyOfRequest(payload) : bodyOf(payload);
    const packed = this.#check.verify(values, body, secondsOf(options.now));
    return this.#check.describe(packed, values, body, options);
  }
}

/** `(request, options)` or `(payload, headers, options)`. */
export function arrange([payload, headers, options]) {
  return isRequest(payload) ? { payload, headers: payload.headers, options: headers ?? {} } : { payload, headers, options: options ?? {} };
}
