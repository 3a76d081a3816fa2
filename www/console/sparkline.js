// An hour as sixty bars: accepted above the line, refused below it. The numbers beside it say the same.
import { svg } from "../src/dom.js";

const [WIDTH, HEIGHT, MIDDLE] = [240, 40, 26];

/** `minutes` is a list of `{ accepted, refused }`, the oldest first. */
export function sparkline(minutes) {
  const highest = Math.max(1, ...minutes.map(({ accepted }) => accepted));
  const deepest = Math.max(1, ...minutes.map(({ refused }) => refused));
  const step = WIDTH / Math.max(1, minutes.length);
  const bars = minutes.flatMap(({ accepted, refused }, at) => [
    accepted > 0 && bar("accepted", at * step, MIDDLE - height(accepted, highest, MIDDLE - 2), step, height(accepted, highest, MIDDLE - 2)),
    refused > 0 && bar("refused", at * step, MIDDLE + 1, step, height(refused, deepest, HEIGHT - MIDDLE - 1)),
  ]);
  return svg(
    "svg.sparkline",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("line", { x1: 0, x2: WIDTH, y1: MIDDLE + 0.5, y2: MIDDLE + 0.5 }),
    bars,
  );
}

/** Bars of one kind, for the hours of a code. */
export function hours(counts) {
  const highest = Math.max(1, ...counts);
  const step = 120 / Math.max(1, counts.length);
  const bars = counts.map((number, at) => number > 0 && bar("refused", at * step, 24 - height(number, highest, 23), step, height(number, highest, 23)));
  return svg("svg.sparkline.hours", { viewBox: "0 0 120 24", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("line", { x1: 0, x2: 120, y1: 23.5, y2: 23.5 }), bars);
}

/** A little is visible beside a lot. */
const height = (number, most, room) => Math.max(2, (number / most) * room);

const bar = (kind, x, y, step, tall) => svg(`rect.${kind}`, { x: (x + step * 0.1).toFixed(1), y: y.toFixed(1), width: (step * 0.8).toFixed(1), height: tall.toFixed(1) });
