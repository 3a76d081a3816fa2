// Time limits by a timer for each. Those of deliveries are in watch.js.

/** Why a promise is no longer waited for. */
export const LATE = new DOMException("the time limit is over", "TimeoutError");

/** What a promise comes to, unless that takes longer: then it rejects with `LATE`. The timer ends with the request that sets it. */
export function within(promise, milliseconds) {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    setTimeout(reject, milliseconds, LATE);
  });
}
