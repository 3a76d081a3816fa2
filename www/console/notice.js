// Says what an action came to, and counts, to those who see the screen and to those who hear it.
import { byId } from "../src/dom.js";

const SHOWN_MS = 8_000;
let timer;

/** Shows a sentence for a while. */
export function say(text, kind = "good") {
  const place = byId("notice");
  clearTimeout(timer);
  place.textContent = text;
  place.dataset.kind = kind;
  timer = setTimeout(() => (place.textContent = ""), SHOWN_MS);
}

/** Announces a count when it changes, and nothing else. */
export function announce(text) {
  const place = byId("count");
  if (place.textContent !== text) place.textContent = text;
}

/** Copies a text, and says so. */
export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    say("The browser does not let the console copy.", "bad");
  }
}

/** Saves a text as a file. */
export function save(name, parts, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}
