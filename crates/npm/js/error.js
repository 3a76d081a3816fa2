// The one error class. Its words are the core's, and hold no secret, no signature and no piece of a body.

export class WebhookVerificationError extends Error {
  constructor(message, fault = {}) {
    // Without a prototype, as a polluted one would be the default of what a fault does not say.
    const { code = "no_matching_signature", status = 401, header, title, retryAfter, cause } = { __proto__: null, ...fault };
    super(message, cause === undefined ? undefined : { cause });
    this.name = "WebhookVerificationError";
    this.code = code;
    this.status = status;
    if (header !== undefined) this.header = header;
    Object.defineProperty(this, "answer", { value: { title: title ?? "the request is not verified", retryAfter }, enumerable: false });
  }

  /** The answer to the sender, which says no more than the code. */
  toResponse() {
    const { title, retryAfter } = this.answer;
    const headers = { "content-type": "application/problem+json" };
    if (retryAfter !== undefined) headers["retry-after"] = retryAfter;
    return new Response(JSON.stringify({ title, status: this.status, code: this.code }), { status: this.status, headers });
  }
}

/** Refusals that a newer key set could turn into acceptances. */
const rotations = new WeakSet();
export const mayBeRotation = (error) => rotations.has(error);

export function fromFault(fault, cause) {
  const error = new WebhookVerificationError(fault.message, { ...fault, cause });
  if (fault.rotation === "rotation") rotations.add(error);
  return error;
}

/** The error for a fault in the words of the core: lines, the last of which may be more than one. */
export function fromText(text, cause) {
  const [code, status, title, header, retryAfter, rotation, ...message] = text.split("\n");
  return fromFault({ code, status: Number(status), title, header: header || undefined, retryAfter: retryAfter || undefined, rotation, message: message.join("\n") }, cause);
}

/** A fault in what the receiver's code handed over, and never the sender's. */
export function misuse(code, message, header, cause) {
  return fromFault({ code, status: 500, title: "the receiver is not set up correctly", message, header }, cause);
}
