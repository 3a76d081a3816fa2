// Time limits, by timers that end with the request that sets them.

/** The time that a body has to arrive whole. */
const READ_MS = 30_000;

/** Why a promise is no longer waited for. */
export const LATE = new DOMException("the time limit is over", "TimeoutError");

/** What a promise comes to, unless that takes longer: then it rejects with `LATE`. */
export function within(promise, milliseconds) {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    setTimeout(reject, milliseconds, LATE);
  });
}

/**
 * The time limits of one delivery, one after another, by one timer: a timer for each, with a signal that ends the request to the
 * destination, costs 6 % of a delivery. Nothing but the end of the delivery ends that request.
 */
export class Limits {
  #timeout;
  #due;
  #reject;
  /** When the timer fires. */
  #fires = Infinity;

  /** `timeout` is the time that the destination has to respond. */
  constructor(timeout) {
    this.#timeout = timeout;
  }

  /** A promise of the body, or of `LATE`. */
  ofBody(promise) {
    return this.#within(promise, READ_MS);
  }

  /** A promise of the destination's response, or of `LATE`. */
  ofResponse(promise) {
    return this.#within(promise, this.#timeout);
  }

  #within(promise, milliseconds) {
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      const now = Date.now();
      [this.#reject, this.#due] = [reject, now + milliseconds];
      // The first timer fires early enough for both limits.
      if (this.#due < this.#fires) this.#fireAfter(Math.min(milliseconds, this.#timeout), now);
    });
  }

  #fireAfter(milliseconds, now) {
    this.#fires = now + milliseconds;
    setTimeout(() => {
      const then = Date.now();
      this.#fires = Infinity;
      if (then < this.#due) this.#fireAfter(this.#due - then, then);
      else this.#reject(LATE);
    }, milliseconds);
  }
}
