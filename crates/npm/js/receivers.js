// What each verifier was made of, for `inspect` of `countersign/explain`. It is not on the verifier, where anybody could read the secrets.

const receivers = new WeakMap();

/** Notes how a verifier's receiver is had: a function that returns `{ settings, secrets, keys, token }`. */
export function note(verifier, receiver) {
  receivers.set(verifier, receiver);
}

const schemes = new WeakMap();

/** Notes the scheme of a sender's function, for `countersign/testing`. Returns the function. */
export function named(scheme, sender) {
  schemes.set(sender, scheme);
  return sender;
}

/** The name of the scheme of a sender's function, or undefined. A scheme in lines has its name in the first. */
export const schemeOf = (sender) => schemes.get(sender)?.split("\n")[0];

/** The function of a verifier, or undefined. */
export const receiverOf = (verifier) => receivers.get(verifier);
