// What each verifier was made of, for `inspect` of `countersign/explain`. It is not on the verifier, where anybody could read the secrets.

const receivers = new WeakMap();

/** Notes how a verifier's receiver is had: a function that returns `{ settings, secrets, keys, token }`. */
export function note(verifier, receiver) {
  receivers.set(verifier, receiver);
}

/** The function of a verifier, or undefined. */
export const receiverOf = (verifier) => receivers.get(verifier);
