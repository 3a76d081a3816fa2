// The steps of a check as a line of stations, in SVG. The list of steps says the same in words.
import { isNarrow, svg } from "./dom.js";

const [WIDE, NARROW, HEIGHT, MIDDLE] = [640, 300, 62, 16];
const MARKS = { pass: "M-4.5,0.3 L-1.3,3.6 L4.5,-3.4", fail: "M-3.6,-3.6 L3.6,3.6 M3.6,-3.6 L-3.6,3.6", skip: "M-3.5,0 L3.5,0", note: "M0,-4.5 L0,1 M0,4 L0,4.2" };

/** The picture of a report's steps. On a phone, only failed steps have names. */
export function pipeline({ steps }) {
  const narrow = isNarrow();
  const width = narrow ? NARROW : WIDE;
  const gap = width / steps.length;
  const radius = Math.min(11, gap * 0.36);
  const x = (index) => gap * (index + 0.5);
  const lines = steps.slice(1).map((step, index) =>
    svg("line", { x1: x(index) + radius + 2, x2: x(index + 1) - radius - 2, y1: MIDDLE, y2: MIDDLE, "data-state": stateOf(step) }));
  const stations = steps.map((step, index) => station(step, x(index), radius, narrow && width));
  const failed = steps.filter((step) => stateOf(step) === "fail").map((step) => step.name);
  const label = `${steps.length} steps: ${failed.length === 0 ? "none fails" : `${failed.join(", ")} ${failed.length === 1 ? "fails" : "fail"}`}`;
  const height = narrow && failed.length === 0 ? 2 * MIDDLE : HEIGHT;
  return svg("svg.pipeline", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, lines, stations);
}

/** A failed step that decides nothing is a note: a body that is not JSON is still a valid event. */
export function stateOf({ name, state }) {
  return state === "fail" && ["json", "type"].includes(name) ? "note" : state;
}

function station(step, x, radius, narrow) {
  const state = stateOf(step);
  const edge = narrow && (x < 36 ? "start" : x > narrow - 36 ? "end" : "");
  const shift = edge === "start" ? -radius : edge === "end" ? radius : 0;
  return svg(
    "g",
    { transform: `translate(${x} ${MIDDLE})`, "data-state": state },
    svg("circle", { r: radius }),
    svg("path", { d: MARKS[state], transform: `scale(${radius / 11})` }),
    (!narrow || state === "fail") && svg("text", { x: shift, y: 33, class: edge || undefined }, step.name),
  );
}
