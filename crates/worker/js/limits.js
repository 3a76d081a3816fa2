// Time limits, by timers that end with the request that sets them.

/** The time that a body has to arrive whole. */
const READ_MS = 30_000;

/**
 * Why a promise is no longer waited for. A constant would cost a cold start 3 ms: for the stack trace of an error that is made while the script
 * is loaded, all of the script is parsed again.
 */
export const late = () => new DOMException("the time limit is over", "TimeoutError");

/** Whether an error says that a time limit is over. */
export const isLate = (error) => error?.name === "TimeoutError";

/** What a promise comes to, unless that takes longer: then it rejects, and the error `isLate`. */
export function within(promise, milliseconds) {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    setTimeout(() => reject(late()), milliseconds);
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

  /** A promise of the body, unless it `isLate`. */
  ofBody(promise) {
    return this.#within(promise, READ_MS);
  }

  /** A promise of the destination's response, or of KV's, unless it `isLate`. */
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
      else this.#reject(late());
    }, milliseconds);
  }
}
