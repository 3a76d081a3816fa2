// The body: exact bytes, whatever a text field makes of them. The field shows them as text, and becomes their source only
// when somebody types into it.
import { textOf, utf8 } from "./encoding.js";

/** Larger bodies are kept and checked, and not shown in the field. */
const SHOWN = 256 * 1024;

export class BodyField {
  #field;
  #meta;
  #bytes = new Uint8Array();
  /** A text field knows LF alone; what had CR LF throughout gets it back. */
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
    this.#field.placeholder = text === undefined ? "These bytes are kept as they are: they are not text, or too many to show. Clear them to type." : "";
    this.#describe();
  }

  #describe() {
    const { length } = this.#bytes;
    const words = length === 1 ? "1 byte" : `${length.toLocaleString("en")} bytes`;
    this.#meta.textContent = this.#newline === "\r\n" ? `${words}, lines end in CR LF` : words;
  }
}
