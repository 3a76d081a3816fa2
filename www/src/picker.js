// A field that chooses one of many by name: a combobox with a list, as the ARIA Authoring Practices describe it
// (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Typing narrows the list; arrow keys and Enter choose.
import { el, fill, isNarrow } from "./dom.js";

export class Picker {
  #field;
  #list;
  #options;
  #changed;
  #chosen;
  /** The options in the open list, and the place of the active one. */
  #shown = [];
  #active = -1;

  /** `options` are `{ value, label }`; `changed` is called with a value when a person chooses it. The first is chosen. */
  constructor(field, list, options, changed) {
    [this.#field, this.#list, this.#options, this.#changed] = [field, list, options, changed];
    field.addEventListener("focus", () => this.#open(""));
    field.addEventListener("click", () => this.#isOpen || this.#open(""));
    field.addEventListener("input", () => this.#open(field.value));
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.#close());
    // The field keeps the focus, so that the list does not close before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#take(event.target.closest("[data-value]")?.dataset.value));
    this.value = options[0].value;
  }

  get value() {
    return this.#chosen.value;
  }

  set value(value) {
    this.#chosen = this.#options.find((option) => option.value === value) ?? this.#chosen;
    this.#field.value = this.#chosen.label;
    this.#field.dataset.value = this.#chosen.value;
  }

  get #isOpen() {
    return !this.#list.hidden;
  }

  #open(text) {
    if (text === "") this.#field.select();
    this.#shown = matching(this.#options, text);
    this.#active = text.trim() === "" ? this.#shown.indexOf(this.#chosen) : this.#shown.length > 0 ? 0 : -1;
    const items = this.#shown.map(({ value, label }) => el("li", { role: "option", id: this.#idOf(value), "data-value": value, "aria-selected": "false" }, label));
    fill(this.#list, items.length > 0 ? items : el("li.none", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, NONE));
    this.#list.hidden = false;
    this.#field.setAttribute("aria-expanded", "true");
    this.#mark();
    // A phone's keyboard covers the lower half of the screen.
    if (isNarrow()) this.#field.scrollIntoView({ block: "start" });
  }

  #close() {
    this.#list.hidden = true;
    this.#field.setAttribute("aria-expanded", "false");
    this.#field.removeAttribute("aria-activedescendant");
    this.#field.value = this.#chosen.label;
  }

  #take(value) {
    if (value === undefined) return;
    this.value = value;
    this.#close();
    this.#changed(value);
  }

  #key(event) {
    const { key } = event;
    if (key in STEPS) {
      event.preventDefault();
      return this.#isOpen ? this.#move(STEPS[key]) : this.#open("");
    }
    if (!this.#isOpen) return undefined;
    if (key === "Enter") {
      event.preventDefault();
      return this.#take(this.#shown[this.#active]?.value);
    }
    return key === "Escape" ? this.#close() : undefined;
  }

  #move(step) {
    if (this.#shown.length === 0) return;
    // A single step goes round; a page stops at the end.
    const [last, to] = [this.#shown.length - 1, this.#active + step];
    this.#active = Math.abs(step) === 1 ? (to < 0 ? last : to > last ? 0 : to) : Math.min(Math.max(to, 0), last);
    this.#mark();
  }

  /** Shows which option is active, to the eye and to screen readers. */
  #mark() {
    for (const item of this.#list.querySelectorAll('[aria-selected="true"]')) item.setAttribute("aria-selected", "false");
    const item = this.#list.children[this.#active];
    if (item === undefined || this.#shown.length === 0) return this.#field.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    this.#field.setAttribute("aria-activedescendant", item.id);
    this.#list.scrollTop = item.offsetTop - this.#list.clientHeight / 2;
  }

  #idOf = (value) => `${this.#list.id}-${value}`;
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
const NONE = "No sender of that name. Many use Standard Webhooks or Svix: look at the names of the headers.";

/** The options that contain every word, those that begin with the text first. */
function matching(options, text) {
  const typed = text.trim().toLowerCase();
  const words = typed.split(/\s+/);
  const found = options.filter(({ value, label }) => words.every((word) => `${label} ${value}`.toLowerCase().includes(word)));
  const begins = ({ value, label }) => [label, value].some((name) => name.toLowerCase().startsWith(typed));
  return [...found.filter(begins), ...found.filter((option) => !begins(option))];
}
