// The time limits of deliveries, by one timer for all deliveries of an isolate. A timer for each takes 5 to 8 % of the processor time
// of a small refused delivery, and nearly every wait is over within milliseconds.
//
// **Invariant.** While a promise is waited for, a watch looks at it every `LOOK_MS`. A watch belongs to the request that started it, and
// continues behind its response by `waitUntil`, which the platform allows for 30 seconds. Therefore it ends before: the next request
// starts another one. If no request comes until its next look, one that still waits takes over.
//
// A promise that is late is rejected from the watch's request. What follows runs in the request that waits for it: that is what the
// compatibility flag `handle_cross_request_promise_resolution` is for, which is on since 2024-10-14.
import { LATE, within } from "./limits.js";

/** How often a watch looks. A limit ends at most so much late. */
const LOOK_MS = 1_000;
/** How long a watch lasts, apart from handing over. */
const WATCH_MS = 20_000;
/** A watch that did not look for so long is gone. */
const GONE_MS = 3 * LOOK_MS;
/** A shorter limit has a timer of its own: a look could be much too late for it. */
const SHORTEST_MS = 5_000;

/** What a promise is resolved with if its request is to take over the watch. */
const TAKE_OVER = Symbol("take over");

/** What is waited for: when it is late, and the functions that end the wait. */
const waits = new Set();
/** The number of the current watch. An earlier one ends at its next look. */
let current = 0;
/** When the current watch looked last; never if the next request is to start one. */
let lookedAt = -Infinity;

/** What a promise of the request of `context` comes to, unless that takes longer: then it rejects with `LATE`. */
export async function inTime(promise, milliseconds, context) {
  if (milliseconds < SHORTEST_MS) return within(promise, milliseconds);
  const wait = { due: performance.now() + milliseconds, resolve: undefined, reject: undefined };
  try {
    for (;;) {
      keepWatch(context);
      const settled = new Promise((resolve, reject) => {
        promise.then(resolve, reject);
        wait.resolve = resolve;
        wait.reject = reject;
      });
      waits.add(wait);
      const value = await settled;
      if (value !== TAKE_OVER) return value;
    }
  } finally {
    waits.delete(wait);
  }
}

/** Starts a watch, unless there is one. */
function keepWatch(context) {
  const now = performance.now();
  const since = now - lookedAt;
  if (since >= 0 && since < GONE_MS) return;
  lookedAt = now;
  current += 1;
  context.waitUntil(watch(current, now + WATCH_MS));
}

async function watch(number, end) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (number !== current) return;
    const now = performance.now();
    rejectLate(now);
    const [wait] = waits;
    if (wait !== undefined && now < end) {
      lookedAt = now;
      continue;
    }
    const isHandedOver = lookedAt === -Infinity;
    lookedAt = -Infinity;
    if (wait === undefined) return;
    // No request came since the last look, so this one waits for longer than that, and is unlikely to settle at this moment. Were its
    // request gone, another one would be asked at the next look.
    if (isHandedOver) {
      waits.delete(wait);
      wait.resolve(TAKE_OVER);
    }
  }
}

function rejectLate(now) {
  for (const wait of waits) {
    if (now < wait.due) continue;
    waits.delete(wait);
    wait.reject(LATE);
  }
}
