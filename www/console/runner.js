// Runs a screen: loads it, draws it, and loads it again while it is looked at. A load that fails leaves what is shown, says how old that is,
// and is tried again, ever less often.
import { byId, el } from "../src/dom.js";
import { Problem } from "./api.js";
import { morph } from "./morph.js";
import { note, words } from "./parts.js";
import { distance } from "./text.js";

const SLOWEST_MS = 60_000;

export class Runner {
  #signedOut;
  #screen;
  #turn;
  #timer;
  #loadedAt;
  #problem;
  #failures = 0;

  /** `signedOut` is called when the Worker knows the session no more. */
  constructor(signedOut) {
    this.#signedOut = signedOut;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#rest() : this.load()));
  }

  get screen() {
    return this.#screen;
  }

  /** Shows a screen: `{ title, every, load(signal), view(), actions, keys }`. */
  show(screen) {
    const isSame = this.#screen?.name === screen.name;
    this.stop();
    this.#screen = screen;
    this.#loadedAt = undefined;
    this.#problem = undefined;
    this.#failures = 0;
    document.title = `${screen.title} · Countersign`;
    // With other filters, what is there stays until it is replaced, and the focus where it is.
    if (isSame) byId("main").setAttribute("aria-busy", "true");
    else this.draw();
    return this.load();
  }

  /** Ends the screen's loading, and forgets it. */
  stop() {
    this.#rest();
    this.#turn?.abort();
    this.#screen = undefined;
  }

  /** Loads now, whatever is under way. */
  async load() {
    const screen = this.#screen;
    if (screen === undefined) return;
    this.#rest();
    this.#turn?.abort();
    const turn = (this.#turn = new AbortController());
    try {
      await screen.load(turn.signal);
      if (turn.signal.aborted) return;
      this.#loadedAt = new Date().toISOString();
      this.#problem = undefined;
      this.#failures = 0;
    } catch (error) {
      if (turn.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) return this.#signedOut();
      this.#problem = error;
      this.#failures += 1;
    }
    this.draw();
    const wait = Math.min(screen.every * 2 ** this.#failures, SLOWEST_MS);
    if (!document.hidden) this.#timer = setTimeout(() => this.load(), wait);
  }

  /** Draws what the screen knows. */
  draw() {
    const screen = this.#screen;
    if (screen === undefined) return;
    const loaded = this.#loadedAt !== undefined;
    const content = loaded ? [this.#stale(), screen.view()] : this.#problem ? failed(this.#problem) : loading(screen.title);
    const main = byId("main");
    const keep = focusIn(main);
    morph(main, [content].flat(3).filter(Boolean));
    keep();
    main.setAttribute("aria-busy", String(!loaded && this.#problem === undefined));
    main.dataset.screen = screen.name;
    main.toggleAttribute("data-stale", loaded && this.#problem !== undefined);
    document.documentElement.toggleAttribute("data-ready", loaded || this.#problem !== undefined);
  }

  #rest() {
    clearTimeout(this.#timer);
  }

  #stale() {
    return this.#problem && note("look", el("p", `This is ${distance(this.#loadedAt)} old. `, words(this.#problem.message), " The console keeps trying."));
  }
}

/** Notes what has the focus. Returns what gives it back: to that element, or to the one before it if it is gone, as a pressed button may be. */
function focusIn(main) {
  const held = document.activeElement;
  if (held === main || !main.contains(held)) return () => {};
  const all = [...main.querySelectorAll("a, button, input, select, summary, [tabindex]")].filter((element) => element === held || element.tabIndex >= 0);
  const before = all.slice(0, all.indexOf(held) + 1).reverse();
  return () => [...before, main].find((element) => {
    if (document.activeElement !== element) element.focus({ preventScroll: true });
    return document.activeElement === element;
  });
}

const loading = (title) => [el("h1", title), el("p.loading", "Loading …")];

function failed(problem) {
  const title = problem.status === 404 ? "There is no such thing here" : problem.status === 403 ? "Not for your role" : "This cannot be shown";
  return [el("h1", title), note("bad", el("p", words(problem.message), " ", el("code.code", problem.code))), el("p.buttons", el("button", { type: "button", "data-do": "again" }, "Try again"), el("a", { href: "#/sources" }, "Sources"))];
}
