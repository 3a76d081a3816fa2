// One value as a program printed it, read from a place in a text on. `printed.js` says what for.
import { atobOr, bytesOf, unescaped } from "./printed-escapes.js";

/** Brackets inside of brackets; deeper ones are passed over. */
const DEEPEST = 60;
const CLOSERS = { "{": "}", "[": "]", "(": ")", "<": ">" };
const CONSTANTS = { true: true, True: true, false: false, False: false, null: null, None: null, nil: null, undefined: null, NULL: null };
const SPECIAL = { '"': /["\\]/g, "'": /['\\]/g, "`": /[`\\]/g };

/** Bytes that were printed as such: `b'…'`, `<Buffer …>`. */
export const isBytes = (value) => value instanceof Uint8Array;
export const isObject = (value) => value !== null && typeof value === "object" && !isBytes(value);

export class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.cut = false;
    this.depth = 0;
    /** Whether the innermost brackets are round, as those of `print_r`. */
    this.round = false;
  }

  /** What stands here, if it is a value at all; goes on by one character at least. */
  value() {
    this.#sigil();
    const character = this.text[this.at];
    if (character in CLOSERS) return this.#bracket(character);
    if (`"'\``.includes(character)) return this.#strings(false);
    return this.#word();
  }

  /** `@{`, `%{`, `#<`, `&{`, `:symbol`. */
  #sigil() {
    if ("@%#&".includes(this.text[this.at] ?? "x") && "{[(<".includes(this.text[this.at + 1] ?? "x")) this.at += 1;
    if (this.text[this.at] === ":" && /[A-Za-z_"]/.test(this.text[this.at + 1] ?? "")) this.at += 1;
  }

  #bracket(open) {
    this.at += 1;
    if (this.depth >= DEEPEST) return this.#skip(/[{[(<]*/y);
    if (open === "<" && this.text.startsWith("Buffer", this.at)) return this.#buffer();
    const { round } = this;
    this.round = open === "(";
    this.depth += 1;
    const group = this.#items(CLOSERS[open]);
    this.depth -= 1;
    this.round = round;
    if (open === "<") return group;
    // `[Object: null prototype] {…}` and Go's `[]string{…}` name a type; what counts stands behind.
    const typed = /[ ]?(?=\{)|string(?=\{)/y;
    typed.lastIndex = this.at;
    const found = open === "[" && this.depth < DEEPEST ? typed.exec(this.text) : null;
    if (found === null) return group;
    this.at += found[0].length;
    return this.value();
  }

  /** The members up to the closing bracket: an object where one of them has a key, else a list. */
  #items(closer) {
    const [list, object] = [[], Object.create(null)];
    let keyed = false;
    for (;;) {
      this.#gap();
      const character = this.text[this.at];
      if (character === undefined) this.cut = true;
      if (character === undefined || character === closer) break;
      if (`.…`.includes(character) && this.#ellipsis()) continue;
      // A bracket that closes another one ends this one, too.
      if ("}])".includes(character)) return keyed ? object : list;
      const start = this.at;
      const item = this.value();
      const arrow = this.#separator();
      if (arrow === undefined) {
        if (item !== undefined) list.push(item);
        continue;
      }
      keyed = true;
      object[keyOf(item)] = this.#member(arrow, item, this.text[start]);
    }
    this.at = Math.min(this.at + 1, this.text.length);
    return keyed ? object : list;
  }

  #member(arrow, key, first) {
    const next = this.text[this.at] ?? "}";
    if (this.round && Array.isArray(key) && arrow === "=>") return this.#printedByPhp();
    // PHP and Perl escape two characters alone in single quotes; what Node prints of a Map looks alike, and has no JSON in it.
    if (arrow === "=>" && first === "'" && next === "'") return this.#strings(true);
    if (arrow === "=" && /[^"'`@$]/.test(first) && !`{"'\``.includes(next)) return this.#printedByJava();
    return ",;}])".includes(next) ? null : this.value();
  }

  /** `{webhook-id=[msg_1], host=a}`: a value goes on to the next name. */
  #printedByJava() {
    const list = this.text[this.at] === "[";
    const end = list ? /\](?=\s*[,}\])]|\s*$)/g : /(?=, [^\s=,{}[\]]+=|[}\n])|$/g;
    end.lastIndex = this.at;
    const found = end.exec(this.text) ?? { 0: "", index: this.text.length };
    const value = this.text.slice(this.at + (list ? 1 : 0), found.index);
    this.at = found.index + found[0].length;
    return value;
  }

  /** Go's `map[Webhook-Id:[msg_1] Host:[a]]`: spaces part the members, and stand in values as well. */
  #printedByGo() {
    const object = Object.create(null);
    const member = /\s*([^\s:[\]]+):(\[?)/y;
    const ends = { "[": /\](?= [^\s:[\]]+:|\])|$/g, "": /(?= [^\s:[\]]+:)|(?=\])|$/g };
    for (;;) {
      member.lastIndex = this.at;
      const found = member.exec(this.text);
      if (found === null) break;
      const end = ends[found[2]];
      end.lastIndex = this.at + found[0].length;
      const { 0: close, index } = end.exec(this.text);
      object[found[1]] = this.text.slice(this.at + found[0].length, index);
      this.at = index + close.length;
    }
    if (this.text[this.at] === "]") this.at += 1;
    return object;
  }

  /** `print_r` puts no quotes: a value is the rest of its line, but for an array. */
  #printedByPhp() {
    const nested = /Array\s*(?=\()/y;
    nested.lastIndex = this.at;
    const found = nested.exec(this.text);
    if (found !== null) {
      this.at += found[0].length;
      return this.value();
    }
    const end = this.text.indexOf("\n", this.at);
    const value = this.text.slice(this.at, end < 0 ? this.text.length : end);
    this.at += value.length;
    return value.replace(/\r$/, "");
  }

  #gap() {
    this.#skip(/[\s,;|]*/y);
  }

  /** Goes on behind what a pattern matches here, which may be nothing. */
  #skip(pattern) {
    pattern.lastIndex = this.at;
    this.at += pattern.exec(this.text)[0].length;
    return undefined;
  }

  #separator() {
    const separator = /[ \t]*(=>|[:=])\s*/y;
    separator.lastIndex = this.at;
    const found = separator.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found?.[1];
  }

  /** `... 12 more items`, `…`, and the dots of a spread: something is missing here. */
  #ellipsis() {
    const dots = /(?:\.{3}|…)[^,\n\r\]})]*/y;
    dots.lastIndex = this.at;
    const found = dots.exec(this.text);
    if (found === null) return false;
    this.cut = true;
    this.at += found[0].length;
    return true;
  }

  #buffer() {
    const bytes = /Buffer((?: [0-9a-f]{2})*)([^>]*)>?/y;
    bytes.lastIndex = this.at;
    const [whole, hex, rest] = bytes.exec(this.text);
    this.at += whole.length;
    if (rest.trim() !== "") this.cut = true;
    return Uint8Array.from(hex.split(" ").slice(1), (byte) => parseInt(byte, 16));
  }

  /** A string, with those that are joined to it by `+`, or by standing on the next line, as Python has it. */
  #strings(literal) {
    const parts = [this.#string(literal)];
    const joined = /\s*\+\s*(?=["'`])|[ \t]*\r?\n\s*b?(?=["'])/y;
    for (;;) {
      const before = this.at;
      joined.lastIndex = before;
      const found = joined.exec(this.text);
      if (found === null) return parts.join("");
      this.at += found[0].length;
      const part = this.#string(literal);
      if (/^\s*(?:=>|[:=])/.test(this.text.slice(this.at, this.at + 20))) {
        // That was the next key, behind a comma that is missing.
        this.at = before;
        return parts.join("");
      }
      parts.push(part);
    }
  }

  #string(literal) {
    const { text } = this;
    const quote = text.startsWith('"""', this.at) || text.startsWith("'''", this.at) ? text.slice(this.at, this.at + 3) : text[this.at];
    const from = this.at + quote.length;
    let end = from;
    for (;;) {
      const next = this.#special(quote[0], end);
      if (next < 0) {
        this.cut = true;
        end = text.length;
        break;
      }
      end = next;
      if (text[end] === "\\") end += 2;
      else if (text.startsWith(quote, end)) break;
      else end += 1;
    }
    this.at = Math.min(end + quote.length, text.length);
    if (/^(?:\.{3}|…)/.test(text.slice(this.at, this.at + 3)) && this.#ellipsis()) this.cut = true;
    const inner = text.slice(from, end);
    return literal ? inner.replace(/\\([\\'])/g, "$1") : unescaped(inner);
  }

  /** Where the next quote or backslash is. */
  #special(quote, from) {
    const special = SPECIAL[quote];
    special.lastIndex = from;
    return special.exec(this.text)?.index ?? -1;
  }

  /** A number, a constant, a call, a type in front of a value, or a word that is taken as text. */
  #word() {
    const word = /[^\s,;=:|{}()[\]<>"'`]+(?:::[^\s,;=:|{}()[\]<>"'`]+)*/y;
    word.lastIndex = this.at;
    const name = word.exec(this.text)?.[0];
    if (name === undefined) {
      this.at = Math.min(this.at + 1, this.text.length);
      return undefined;
    }
    this.at += name.length;
    const next = this.text[this.at] ?? "";
    if (/^[bB][rR]?$/.test(name) && `"'`.includes(next) && next !== "") return bytesOf(this.#strings(false));
    if (/^[uUrR]$/.test(name) && `"'`.includes(next) && next !== "") return this.#strings(false);
    if (next === "'") this.#apostrophe();
    if (next === "(") return this.#call(name);
    if (name === "array" && this.text.startsWith(" (", this.at)) {
      this.at += 1;
      return this.#bracket("(");
    }
    if (name === "new" && next === " ") {
      this.at += 1;
      return this.#word();
    }
    if (name === "map" && /^\[[^\s:[\]]+:/.test(this.text.slice(this.at, this.at + 100))) {
      this.at += 1;
      return this.#printedByGo();
    }
    const type = /(?::\d+)?[ ]?(?=[{[])/y;
    type.lastIndex = this.at;
    const group = /^[A-Za-z_$%]/.test(name) && !Object.hasOwn(CONSTANTS, name) ? type.exec(this.text) : null;
    if (group !== null) {
      this.at += group[0].length;
      return this.value();
    }
    if (/^-?\d{1,15}(?:\.\d+)?$/.test(name)) return Number(name);
    return Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : name;
  }

  /** That of `it's` opens no string. */
  #apostrophe() {
    this.#skip(/'[A-Za-z]*/y);
  }

  /** `Headers({…})` is what stands in it, `Headers(3) {…}` and `string(5) "…"` what stands behind, `JSON.stringify(…)` its text. */
  #call(name) {
    const given = this.#bracket("(");
    const [first, ...others] = Array.isArray(given) ? given : [given];
    if (typeof first === "number" && others.length === 0) return this.#sized(name, first);
    if (name === "JSON.stringify" || name === "json.dumps") return JSON.stringify(first);
    if (name === "Buffer.from" && typeof first === "string") return others[0] === "base64" ? bytesOf(atobOr(first)) : first;
    return others.length === 0 ? first : given;
  }

  #sized(name, size) {
    const gap = /(?:#\d+)?[ \t]*(?:\(\d+\)[ \t]*)?(?=["'{[])/y;
    gap.lastIndex = this.at;
    const found = gap.exec(this.text);
    if (found === null) return size;
    this.at += found[0].length;
    // PHP's `var_dump` counts the bytes and escapes nothing.
    if (name === "string" && this.text[this.at] === '"') return this.#counted(size);
    return this.value();
  }

  #counted(size) {
    const bytes = new TextEncoder().encode(this.text.slice(this.at + 1, this.at + 1 + size)).subarray(0, size);
    const value = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    this.at = Math.min(this.at + 2 + value.length, this.text.length);
    return value;
  }
}

/** `[NAME]` of `print_r`, and the `["NAME"]` of `var_dump`. */
const keyOf = (item) => String(Array.isArray(item) && item.length === 1 ? item[0] : isObject(item) ? "" : item);
