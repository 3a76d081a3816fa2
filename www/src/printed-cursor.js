// A place in a text that is being read, with the moves that every reader of printed values needs.

export class Cursor {
  constructor(text) {
    this.text = text;
    this.at = 0;
    /** Whether the printer left something out. */
    this.cut = false;
  }

  /** The character here, or that many further on; undefined at the end. */
  peek(offset = 0) {
    return this.text[this.at + offset];
  }

  /** Matches a sticky pattern here and moves behind the match; null, and no move, if it does not match. */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  /** Finds a global pattern from here on and moves behind it; returns the text before it. Takes the rest if there is no match. */
  until(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text) ?? { 0: "", index: this.text.length };
    const before = this.text.slice(this.at, found.index);
    this.at = found.index + found[0].length;
    return before;
  }

  /** Moves that many characters on, at most to the end. */
  move(count) {
    this.at = Math.min(this.at + count, this.text.length);
  }

  /** `... 12 more items`, `…`, and the dots of a spread: the printer left something out. */
  ellipsis() {
    const found = this.take(/(?:\.{3}|…)[^,\n\r\]})]*/y);
    this.cut ||= found !== null;
    return found !== null;
  }
}
