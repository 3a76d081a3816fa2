// The attempts at each destination, the latest first, each with its cause.
import { el, icon } from "../src/dom.js";
import { button, code, stateTag } from "./parts.js";
import { foreign, milliseconds, plural, time } from "./text.js";

const CAUSES = { first: "first attempt", retry: "retry", replay: "replay", probe: "probe of a broken destination" };

/** All destinations of an event. */
export function timeline(event, acts) {
  return (event.destinations ?? []).map((destination) => place(destination, event, acts));
}

function place({ name, state, attempts, next_attempt_at: next, history = [] }, event, acts) {
  const here = (action, label) => button(action, label, { "data-destination": name, "aria-label": `${label}: ${name}`, class: "small" });
  const several = event.destinations.length > 1;
  const act = acts && several && event.body !== "gone" && el("span.buttons", here("replay", "Replay here"), state === "pending" && here("discard", "Discard here"));
  return el(
    "div.place",
    { "data-key": name },
    el("p.place-head", el("strong", foreign(name)), stateTag(state), el("span.hint", plural(attempts ?? history.length, "attempt")), act),
    el("ol.attempts", next && state === "pending" && el("li.attempt", { "data-key": "next" }, icon("wait"), el("span", "Next attempt ", time(next))), [...history].reverse().map(attempt)),
  );
}

function attempt({ n, at, cause, status, code: reason, ms }) {
  const isGood = status >= 200 && status < 300;
  return el("li.attempt", { "data-key": String(n), "data-good": String(isGood) }, icon(isGood ? "pass" : "fail"), el("span", el("strong", status > 0 ? status : "No response"), " ", !isGood && reason && [code(reason), " "], el("span.hint", `${CAUSES[cause] ?? cause}, `, time(at), `, ${milliseconds(ms)}`)));
}

/** What destinations said, where the beginning of their responses is kept. */
export function responses({ destinations = [] }) {
  const said = destinations.flatMap(({ name, history = [] }) => history.filter(({ answer }) => answer).map((one) => ({ name, ...one }))).reverse();
  if (said.length === 0) return el("p.hint", "No response had a body that is kept.");
  return said.map(({ name, at, status, answer }) => el("div.response", el("p", el("strong", status), " from ", foreign(name), el("span.hint", ", ", time(at))), el("pre", { tabindex: "0", role: "region", "aria-label": `Response of ${name}` }, foreign(answer))));
}
