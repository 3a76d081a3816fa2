// The body field. It keeps the exact bytes, shows them as text, and reads the text back only when somebody types.
import { textOf, utf8 } from "./encoding.js";

/** Larger bodies are kept and checked, but not shown. */
const SHOWN = 256 * 1024;

export class BodyField {
  #field;
  #meta;
  #bytes = new Uint8Array();
  /** A text field converts CR LF to LF. If every line ended in CR LF, typing restores it. */
  #newline = "\n";

  constructor(field, meta, changed) {
    this.#field = field;
    this.#meta = meta;
    field.addEventListener("input", () => {
      this.#bytes = utf8(field.value.replaceAll("\n", this.#newline));
      this.#describe();
      changed();
    });
  }

  get bytes() {
    return this.#bytes;
  }

  set bytes(bytes) {
    this.#bytes = bytes;
    const text = bytes.length <= SHOWN ? textOf(bytes) : undefined;
    this.#newline = text !== undefined && text.includes("\r\n") && !/[^\r]\n|^\n|\r(?!\n)/.test(text) ? "\r\n" : "\n";
    this.#field.value = text ?? "";
    this.#field.readOnly = text === undefined;
    this.#field.placeholder = text === undefined ? "These bytes are kept as they are, because they are not text or too many to show. Clear them to type." : "";
    this.#describe();
  }

  #describe() {
    const { length } = this.#bytes;
    const words = length === 1 ? "1 byte" : `${length.toLocaleString("en")} bytes`;
    this.#meta.textContent = this.#newline === "\r\n" ? `${words}, lines end in CR LF` : words;
  }
}
