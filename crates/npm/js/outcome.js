// What the Wasm reports: Rust constructs these two classes, in `crates/npm/common/src/outcome.rs`.

/** A delivery that was accepted. */
export class Accepted {
  scheme;
  id;
  /** Unix seconds; undefined for a token. */
  timestamp;
  keyIndex;
  kid;
  /** The claims of a token, as the bytes that were signed. */
  claims;

  constructor(scheme, id, timestamp, keyIndex, kid, claims) {
    this.scheme = scheme;
    this.id = id;
    this.timestamp = timestamp;
    this.keyIndex = keyIndex;
    this.kid = kid;
    // What arrives is a view of the Wasm's memory.
    this.claims = claims?.slice();
  }
}

/** Why a call failed: the fields of a `WebhookVerificationError`. Rust throws it; every other exception is a trap. */
export class Refused {
  code;
  status;
  title;
  message;
  header;
  retryAfter;
  mayBeRotation;

  constructor(code, status, title, message, header, retryAfter, mayBeRotation) {
    this.code = code;
    this.status = status;
    this.title = title;
    this.message = message;
    this.header = header;
    this.retryAfter = retryAfter;
    this.mayBeRotation = mayBeRotation;
  }
}
