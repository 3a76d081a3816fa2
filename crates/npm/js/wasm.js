// Instances of Wasm: how they start, how they are called, and how they are replaced after a trap.
import { WebhookVerificationError, fromFault } from "./error.js";
import { Refused } from "./outcome.js";

const TRAPPED = { code: "internal_error", status: 500, title: "an unexpected error; try again", message: "the verifier failed and was restarted; this delivery was not judged" };

export class Wasm {
  #glue;
  #prepare;
  #started = false;

  /** Counts the instances. Each trap ends one, and everything that Rust held in it. */
  instance = 0;

  constructor(glue, prepare = () => {}) {
    this.#glue = glue;
    this.#prepare = prepare;
  }

  start(module) {
    this.#glue.initSync({ module });
    this.#prepare(this.#glue);
    this.#started = true;
  }

  async startAsync(source) {
    await this.#glue.default({ module_or_path: source });
    this.#prepare(this.#glue);
    this.#started = true;
  }

  /** Calls into the Wasm. Throws a `WebhookVerificationError`, whatever goes wrong there. */
  call(work) {
    if (!this.#started) throw new Error("countersign/slim is not ready: await `init(…)` or call `initSync(…)` with countersign/core.wasm first");
    try {
      return work(this.#glue);
    } catch (thrown) {
      throw this.#failed(thrown);
    }
  }

  /** What to throw for an exception out of a call. After a trap the instance cannot be used, so it is replaced. */
  #failed(thrown) {
    if (thrown instanceof Refused) return fromFault(thrown);
    if (thrown instanceof WebhookVerificationError) return thrown;
    this.instance += 1;
    this.#glue.__wbg_reset_state();
    this.#prepare(this.#glue);
    return fromFault(TRAPPED, thrown);
  }
}
