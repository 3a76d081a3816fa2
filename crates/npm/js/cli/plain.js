/**
 * Text of a delivery's, as it is printed. Anybody can send one: a line break or a mark that a terminal obeys, or that hides or reorders text, could
 * make it say what the program did not.
 */
export const plain = (text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (mark) => `<U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);
