// Instances of Wasm: how they start, how they are called, and how they start anew after a trap.
import { WebhookVerificationError, fromFault, fromText } from "./error.js";

const TRAPPED = { code: "internal_error", status: 500, title: "an unexpected error; try again", message: "the verifier failed and was started anew; this delivery was not judged" };

const encoder = new TextEncoder();
const NO_ROOM = new Uint8Array();
const LEAST_ROOM = 16 * 1024;

export class Wasm {
  #glue;
  #prepare;
  #started = false;
  /** The part of its memory that `write` writes to. */
  #room = NO_ROOM;
  #address = 0;

  /** Which instance this is: one more after each trap. What Rust held before is gone. */
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

  /** Calls into the Wasm. */
  call(work) {
    if (!this.#started) throw new Error("countersign/slim is not ready: await `init(…)` or call `initSync(…)` with countersign/core.wasm first");
    try {
      return work(this.#glue);
    } catch (thrown) {
      throw this.failed(thrown);
    }
  }

  /** Writes text, and bytes behind it, where the Wasm reads what is to be checked; how many bytes they are. */
  write(text, bytes) {
    const most = 3 * text.length + (bytes === undefined ? 0 : bytes.length);
    // A view of memory that has grown since is empty.
    if (this.#room.length < most) this.#makeRoom(most);
    const { written } = encoder.encodeInto(text, this.#room);
    if (bytes === undefined) return written;
    this.#room.set(bytes, written);
    return written + bytes.length;
  }

  /** The last bytes of what was written up to `end`: to be read at once, as the next call writes over them. */
  held(end, length) {
    return new Uint8Array(this.#glue.initSync().memory.buffer, this.#address + end - length, length);
  }

  #makeRoom(bytes) {
    const length = Math.max(bytes, LEAST_ROOM);
    this.#address = this.call((glue) => glue.room(length));
    this.#room = new Uint8Array(this.#glue.initSync().memory.buffer, this.#address, length);
  }

  /** What to throw for what came out of a call. Text is a fault in the words of the core; anything else is a trap, after which the instance cannot be used. */
  failed(thrown) {
    if (typeof thrown === "string") return fromText(thrown);
    if (thrown instanceof WebhookVerificationError) return thrown;
    this.instance += 1;
    this.#room = NO_ROOM;
    this.#glue.__wbg_reset_state();
    this.#prepare(this.#glue);
    return fromFault(TRAPPED, thrown);
  }
}

/**
 * HMAC-SHA256 by `node:crypto`, where it can be had without an import: Node, Deno, Bun, Workers. Undefined elsewhere; then
 * the Wasm hashes by itself.
 */
export const nativeHmac = (() => {
  try {
    const { createHmac } = globalThis.process.getBuiltinModule("node:crypto");
    const hmac = (key, prefix, body) => createHmac("sha256", key).update(prefix).update(body).digest();
    return hmac(new Uint8Array(1), new Uint8Array(1), new Uint8Array(1)).length === 32 ? hmac : undefined;
  } catch {
    return undefined;
  }
})();
