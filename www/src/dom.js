// Builds elements from code. Only text and attributes: pasted text is never parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** `el("p.note", { id: "x", onclick }, "text", child, …)`; absent children are omitted. */
export const el = (name, ...rest) => build((tag) => document.createElement(tag), name, rest);

/** The same for SVG. */
export const svg = (name, ...rest) => build((tag) => document.createElementNS(SVG, tag), name, rest);

export const byId = (id) => document.getElementById(id);

/** Replaces an element's children. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(isThere));
}

/** An icon from the sprite in index.html. It is decoration: the word beside it says the same. */
export function icon(name) {
  const use = svg("use", { href: `#icon-${name}` });
  return svg("svg.icon", { viewBox: "0 0 16 16", "aria-hidden": "true" }, use);
}

/** Whether pictures must fit the width of a phone. */
export const isNarrow = () => matchMedia("(max-width: 520px)").matches;

/** The core's text, with code between backticks. */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? el("code", part) : part)).filter((part) => part !== "");
}

/** The core's phrases as sentences. They begin in lower case and have no full stop. */
export const sentence = (text) => prose(capital(text));

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function build(create, name, rest) {
  const [tag, ...classes] = name.split(".");
  const element = create(tag);
  if (classes.length > 0) element.setAttribute("class", classes.join(" "));
  const [first, ...others] = rest;
  const attributes = first !== null && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first);
  if (attributes) set(element, first);
  element.append(...(attributes ? others : rest).flat(2).filter(isThere));
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (isThere(value)) element.setAttribute(name, value);
  }
}

const isThere = (value) => value !== undefined && value !== null && value !== false;
