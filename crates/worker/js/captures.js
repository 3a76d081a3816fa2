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

/**
 * Takes the room that a delivery of so many bytes needs; false if it does not fit. However many come at once, and however large they are, few
 * more are sent to the ledger than it keeps: it is one object, and its memory holds all of them.
 */
export function spend(source, bytes) {
  const capture = on[source];
  if (capture === undefined || capture.left <= 0 || bytes > capture.bytes) return false;
  capture.left -= 1;
  capture.bytes -= bytes;
  return true;
}
