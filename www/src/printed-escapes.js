// The escapes in printed strings.

const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", a: "\x07", e: "\x1b", "\n": "", "\r\n": "" };

/** Resolves the escapes that most languages share. */
export function unescaped(inner) {
  if (!inner.includes("\\")) return inner;
  const escape = /\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(\r\n|[\s\S]))/g;
  return inner.replace(escape, (_, byte, braced, short, long, octal, other) => {
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    const code = byte ?? braced ?? short ?? long;
    if (code === undefined) return Object.hasOwn(ESCAPES, other) ? ESCAPES[other] : other;
    const point = parseInt(code, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  });
}

/** One byte per character: a byte string of Python or Rust. */
export const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Decodes base64 to one character per byte; returns other text unchanged. */
export function atobOr(text) {
  try {
    return atob(text);
  } catch {
    return text;
  }
}
