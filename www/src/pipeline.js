// The steps of a check as a line of stations, in SVG. The list of steps below says the same in words.
import { svg } from "./dom.js";

const [WIDTH, HEIGHT, RADIUS, MIDDLE] = [720, 64, 11, 20];
const MARKS = { pass: "M-4.5,0.3 L-1.3,3.6 L4.5,-3.4", fail: "M-3.6,-3.6 L3.6,3.6 M3.6,-3.6 L-3.6,3.6", skip: "M-3.5,0 L3.5,0", note: "M0,-4.5 L0,1 M0,4 L0,4.2" };

/** The picture of a report's steps. */
export function pipeline({ steps }) {
  const gap = WIDTH / steps.length;
  const x = (index) => gap * (index + 0.5);
  const lines = steps.slice(1).map((step, index) =>
    svg("line", { x1: x(index) + RADIUS + 3, x2: x(index + 1) - RADIUS - 3, y1: MIDDLE, y2: MIDDLE, "data-state": stateOf(step) }));
  const stations = steps.map((step, index) => station(step, x(index)));
  const failed = steps.filter((step) => stateOf(step) === "fail").map((step) => step.name);
  const label = `${steps.length} steps: ${failed.length === 0 ? "none fails" : `${failed.join(", ")} ${failed.length === 1 ? "fails" : "fail"}`}`;
  return svg("svg.pipeline", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, lines, stations);
}

/** A step that fails without deciding anything is a note: a body that is not JSON is still a valid event. */
export function stateOf({ name, state }) {
  return state === "fail" && ["json", "type"].includes(name) ? "note" : state;
}

function station(step, x) {
  const state = stateOf(step);
  return svg(
    "g",
    { transform: `translate(${x} ${MIDDLE})`, "data-state": state },
    svg("circle", { r: RADIUS }),
    svg("path", { d: MARKS[state] }),
    svg("text", { y: 34 }, step.name),
  );
}
