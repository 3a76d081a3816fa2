// Reads one value as a program printed it. `printed.js` says what for.
import { Cursor } from "./printed-cursor.js";
import { goMap, javaValue, nodeBuffer, phpLine } from "./printed-dialects.js";
import { atobOr, bytesOf } from "./printed-escapes.js";
import { countedString, joinedStrings } from "./printed-strings.js";

/** Nesting that is read; deeper brackets are skipped. */
const MAX_DEPTH = 60;
const CLOSERS = { "{": "}", "[": "]", "(": ")", "<": ">" };
const CONSTANTS = { true: true, True: true, false: false, False: false, null: null, None: null, nil: null, undefined: null, NULL: null };

/** Whether a value is bytes that were printed as such: `b'…'`, `<Buffer …>`. */
export const isBytes = (value) => value instanceof Uint8Array;
export const isObject = (value) => value !== null && typeof value === "object" && !isBytes(value);

export class Reader extends Cursor {
  #depth = 0;
  /** Whether the innermost brackets are round, as in `print_r`. */
  #round = false;

  /** The value here, or undefined if there is none. Always moves on by at least one character. */
  value() {
    this.#sigil();
    const character = this.peek();
    if (character in CLOSERS) return this.#bracket(character);
    if (`"'\``.includes(character)) return joinedStrings(this, false);
    return this.#word();
  }

  /** `@{`, `%{`, `#<`, `&{`, `:symbol`. */
  #sigil() {
    if ("@%#&".includes(this.peek() ?? "x") && "{[(<".includes(this.peek(1) ?? "x")) this.at += 1;
    if (this.peek() === ":" && /[A-Za-z_"]/.test(this.peek(1) ?? "")) this.at += 1;
  }

  #bracket(open) {
    this.at += 1;
    if (this.#depth >= MAX_DEPTH) return void this.take(/[{[(<]*/y);
    if (open === "<" && this.text.startsWith("Buffer", this.at)) return nodeBuffer(this);
    const round = this.#round;
    this.#round = open === "(";
    // What Node prints for a value that is nested too deeply: `[Object]`, `[Array]`.
    if (open === "[" && /^(?:Object|Array)\](?! ?\{)/.test(this.text.slice(this.at, this.at + 10))) this.cut = true;
    this.#depth += 1;
    const group = this.#items(CLOSERS[open]);
    this.#depth -= 1;
    this.#round = round;
    // `[Object: null prototype] {…}` and Go's `[]string{…}` name a type: the value follows.
    const typed = open === "[" && this.#depth < MAX_DEPTH && this.take(/[ ]?(?=\{)|string(?=\{)/y) !== null;
    return typed ? this.value() : group;
  }

  /** The members up to the closing bracket: an object if one of them has a key, else a list. */
  #items(closer) {
    const [list, object] = [[], Object.create(null)];
    let keyed = false;
    for (;;) {
      this.take(/[\s,;|]*/y);
      const character = this.peek();
      if (character === undefined) this.cut = true;
      if (character === undefined || character === closer) break;
      if (`.…`.includes(character) && this.ellipsis()) continue;
      // A bracket that closes an outer group closes this one as well.
      if ("}])".includes(character)) return keyed ? object : list;
      const start = this.at;
      const item = this.value();
      const arrow = this.take(/[ \t]*(=>|[:=])\s*/y)?.[1];
      if (arrow !== undefined) {
        keyed = true;
        object[keyOf(item)] = this.#member(arrow, item, this.text[start]);
      } else if (item !== undefined) list.push(item);
    }
    this.move(1);
    return keyed ? object : list;
  }

  #member(arrow, key, first) {
    const next = this.peek() ?? "}";
    if (this.#round && Array.isArray(key) && arrow === "=>") return this.take(/Array\s*(?=\()/y) === null ? phpLine(this) : this.value();
    // In single quotes, PHP and Perl escape only two characters. A Map printed by Node looks the same, but contains no JSON.
    if (arrow === "=>" && first === "'" && next === "'") return joinedStrings(this, true);
    if (arrow === "=" && /[^"'`@$]/.test(first) && !`{"'\``.includes(next)) return javaValue(this);
    return ",;}])".includes(next) ? null : this.value();
  }

  /** A number, a constant, a prefixed string, a call, a type in front of a value, or a word taken as text. */
  #word() {
    const name = this.take(/[^\s,;=:|{}()[\]<>"'`]+(?:::[^\s,;=:|{}()[\]<>"'`]+)*/y)?.[0];
    if (name === undefined) return this.move(1);
    const next = this.peek() ?? "";
    const quoted = next !== "" && `"'`.includes(next);
    if (quoted && /^[bB][rR]?$/.test(name)) return bytesOf(joinedStrings(this, false));
    if (quoted && /^[uUrR]$/.test(name)) return joinedStrings(this, false);
    // The apostrophe of `it's` opens no string.
    if (next === "'") this.take(/'[A-Za-z]*/y);
    if (next === "(") return this.#call(name);
    return this.#typed(name, next);
  }

  /** What follows a name that is not a call: a value of that type, or nothing. */
  #typed(name, next) {
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
      return goMap(this);
    }
    const constant = Object.hasOwn(CONSTANTS, name);
    if (/^[A-Za-z_$%]/.test(name) && !constant && this.take(/(?::\d+)?[ ]?(?=[{[])/y) !== null) return this.value();
    if (/^-?\d{1,15}(?:\.\d+)?$/.test(name)) return Number(name);
    return constant ? CONSTANTS[name] : name;
  }

  /** `Headers({…})` is its argument, `Headers(3) {…}` and `string(5) "…"` the value that follows, `JSON.stringify(…)` its text. */
  #call(name) {
    const given = this.#bracket("(");
    const [first, ...others] = Array.isArray(given) ? given : [given];
    if (typeof first === "number" && others.length === 0) return this.#sized(name, first);
    if (name === "JSON.stringify" || name === "json.dumps") return JSON.stringify(first);
    if (name === "Buffer.from" && typeof first === "string") return others[0] === "base64" ? bytesOf(atobOr(first)) : first;
    return others.length === 0 ? first : given;
  }

  #sized(name, size) {
    if (this.take(/(?:#\d+)?[ \t]*(?:\(\d+\)[ \t]*)?(?=["'{[])/y) === null) return size;
    return name === "string" && this.peek() === '"' ? countedString(this, size) : this.value();
  }
}

/** `[NAME]` of `print_r`, and `["NAME"]` of `var_dump`. */
const keyOf = (item) => String(Array.isArray(item) && item.length === 1 ? item[0] : isObject(item) ? "" : item);
