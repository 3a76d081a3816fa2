// Instances of Wasm: how they start, how they are called, and how they are replaced after a trap.
import { WebhookVerificationError, fromFault } from "./error.js";
import { Refused } from "./outcome.js";

const TRAPPED = { code: "internal_error", status: 500, title: "an unexpected error; try again", message: "the verifier failed and was restarted; this delivery was not judged" };
const MISSING =
  "countersign needs WebAssembly, and this runtime has none. React Native (Hermes), iOS in Lockdown Mode, and Node and V8 with --jitless or --no-expose-wasm have none: verify webhooks on a server";
const FORBIDDEN =
  "countersign cannot compile its WebAssembly here. In a browser, the Content-Security-Policy needs script-src 'wasm-unsafe-eval'. An edge runtime that forbids compilation " +
  "must resolve the export condition `workerd`, or import countersign/core.wasm as a module and pass it to `initSync` of countersign/slim";

export class Wasm {
  #glue;
  #unready;
  /** Returns bytes or a module; undefined once started. */
  #load;
  #started = false;

  /** Counts the instances. Each trap ends one, and everything that Rust held in it. */
  instance = 0;

  /** `unready` is the message of a call before there is a source. */
  constructor(glue, unready) {
    this.#glue = glue;
    this.#unready = unready;
  }

  /** Sets where the Wasm comes from. It starts at the first call, so that an import costs little. */
  provide(load) {
    if (typeof WebAssembly === "undefined") throw new Error(MISSING);
    this.#load ??= load;
  }

  start(module) {
    if (typeof WebAssembly === "undefined") throw new Error(MISSING);
    this.#glue.initSync({ module });
    this.#ready();
  }

  async startAsync(source) {
    if (typeof WebAssembly === "undefined") throw new Error(MISSING);
    await this.#glue.default({ module_or_path: source });
    this.#ready();
  }

  /** Calls into the Wasm. Throws a `WebhookVerificationError`, whatever goes wrong there. */
  call(work) {
    if (!this.#started) this.#begin();
    try {
      return work(this.#glue);
    } catch (thrown) {
      throw this.#failed(thrown);
    }
  }

  #begin() {
    if (this.#load === undefined) throw new Error(this.#unready);
    try {
      this.start(this.#load());
    } catch (cause) {
      throw new Error(FORBIDDEN, { cause });
    }
  }

  #ready() {
    this.#started = true;
    this.#glue.prepare?.();
  }

  /** What to throw for an exception out of a call. After a trap the instance cannot be used, so it is replaced. */
  #failed(thrown) {
    if (thrown instanceof Refused) return fromFault(thrown);
    if (thrown instanceof WebhookVerificationError) return thrown;
    this.instance += 1;
    this.#glue.__wbg_reset_state();
    this.#glue.prepare?.();
    return fromFault(TRAPPED, thrown);
  }
}
