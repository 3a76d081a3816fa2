// The keyboard: everywhere the same keys move, open and search, and a screen adds its own. No key does anything while somebody types.
import { byId, el } from "../src/dom.js";
import { show } from "./ask.js";
import { link } from "./place.js";

const EVERYWHERE = [
  ["/", "Search"],
  ["j, k", "Next, previous"],
  ["Enter", "Open"],
  ["u", "Back to the list"],
  ["r", "Replay"],
  ["p", "Pause, or resume, a destination"],
  ["x", "Select an event"],
  ["n", "Show new events"],
  ["g s", "Sources"],
  ["g e", "Events"],
  ["g r", "Refused"],
  ["g h", "Health"],
  ["g a", "Audit"],
  ["?", "This list"],
];

const GO = { s: "sources", e: "events", r: "refused", h: "health", a: "audit" };

/** `current` returns the screen that is shown; `run` runs its action of a name on the element in focus. */
export function connectKeyboard({ current, run }) {
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("dialog").open || current() === undefined) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const { key } = event;
    if (event.target.closest("[role=tab]") && turn(event.target, key)) return event.preventDefault();
    const goesTo = isGoing ? GO[key] : undefined;
    isGoing = key === "g";
    if (goesTo) location.hash = link(goesTo);
    else if (key === "/") byId("search").focus();
    else if (key === "?") help();
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (current().keys?.[key]) run(current().keys[key], document.activeElement);
    else return;
    event.preventDefault();
  });
}

/** The list of keys. */
export function help() {
  show("Keyboard shortcuts", el("dl.shortcuts", EVERYWHERE.map(([keys, what]) => el("div", el("dt", keys.split(/(, | )/).map((key) => (/^,? $/.test(key) ? key : el("kbd", key)))), el("dd", what)))));
}

/** Moves the focus through what can be opened. */
function step(by) {
  const items = [...document.querySelectorAll("#main [data-item]")];
  const own = items.indexOf(document.activeElement);
  // Beside an item: what is in a source, and not in one of its destinations, belongs to the source.
  const at = own < 0 ? items.findLastIndex((item) => item.closest("[data-key]")?.contains(document.activeElement)) : own;
  const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : at + by;
  const item = items[next];
  if (item === undefined) return;
  item.focus();
  item.scrollIntoView({ block: "nearest" });
}

/** Shows the tab that an arrow key leads to, from one tab of a list. Whether the key is one of those. */
function turn(tab, key) {
  const tabs = [...tab.parentElement.children];
  const at = tabs.indexOf(tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[key];
  if (to === undefined) return false;
  const next = tabs.at(to % tabs.length);
  next.click();
  next.focus();
  return true;
}
