// The one error class. Its messages come from the core or from these scripts, and hold no secret, no signature and no piece of a body.

const CODES = "https://github.com/countersign/countersign/blob/main/docs/codes.md#";

/** The body of a response that is a problem (RFC 9457). Its `type` is the address of what the documentation says about the code. */
export const problem = (title, status, code) => JSON.stringify({ type: CODES + code, title, status, code });

export class WebhookVerificationError extends Error {
  constructor(message, fault = {}) {
    // On no prototype: a polluted one would otherwise supply what a fault leaves out.
    const { code = "no_matching_signature", status = 401, header, title, retryAfter, cause } = { __proto__: null, ...fault };
    super(message, cause === undefined ? undefined : { cause });
    this.name = "WebhookVerificationError";
    this.code = code;
    this.status = status;
    if (header !== undefined) this.header = header;
    Object.defineProperty(this, "answer", { value: { title: title ?? "the request is not verified", retryAfter }, enumerable: false });
  }

  /** The response to the sender, which holds the code and no detail. */
  toResponse() {
    const { title, retryAfter } = this.answer;
    const headers = { "content-type": "application/problem+json" };
    if (retryAfter !== undefined) headers["retry-after"] = retryAfter;
    return new Response(problem(title, this.status, this.code), { status: this.status, headers });
  }
}

/** Refusals that a newer key set could turn into acceptances. */
const rotations = new WeakSet();
export const mayBeRotation = (error) => rotations.has(error);

/** The error for a fault: the core's `Refused`, or an object with the same fields. */
export function fromFault(fault, cause) {
  const error = new WebhookVerificationError(fault.message, { ...fault, cause });
  if (Object.hasOwn(fault, "mayBeRotation") && fault.mayBeRotation) rotations.add(error);
  return error;
}

/** A mistake in what the receiver's code passed, never the sender's. */
export function misuse(code, message, header, cause) {
  return fromFault({ code, status: 500, title: "the receiver is not set up correctly", message, header }, cause);
}
