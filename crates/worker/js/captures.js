// Of which sources refused deliveries are kept, as the ledger said last.

let on = {};

/** Notes which captures are on: JSON, by source. */
export function learn(captures) {
  on = JSON.parse(captures);
}

/** Whether a refused delivery of a source is to be kept. */
export function isCaptured(source) {
  const capture = on[source];
  return capture !== undefined && capture.left > 0 && Date.now() < capture.until;
}

/** Notes that one is on its way to the ledger: however many come at once, no more are sent than it takes. */
export function spend(source) {
  if (on[source] !== undefined) on[source].left -= 1;
}
