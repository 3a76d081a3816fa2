// The time gauge: the timestamp between too new and too old.
import { byId, el, fill, isNarrow, svg } from "./dom.js";
import { moment, span } from "./time.js";

const TOP = 34;

export function showGauge(section, report) {
  section.hidden = report.timestamp === undefined;
  if (section.hidden) return;
  fill(byId("gauge"), picture(report, isNarrow() ? { width: 310, edge: 52 } : { width: 640, edge: 96 }));
  const words = report.age < 0 ? `${span(report.age)} ahead of the clock` : `${span(report.age)} old`;
  fill(
    byId("gauge-facts"),
    fact("Timestamp", moment(report.timestamp), String(report.timestamp)),
    fact("Checked as of", moment(report.now), String(report.now)),
    fact("Age", words, `up to ${span(report.tolerance)}, in either direction`),
  );
}

function fact(name, value, detail) {
  return el("div", el("dt", name), el("dd", value, el("span.detail", detail)));
}

/** The accepted range is in the middle; a timestamp outside it is drawn at the nearer edge. */
function picture({ age, tolerance }, { width, edge }) {
  const half = (width - 2 * edge) / 2;
  const share = tolerance === 0 ? Math.sign(age) * 2 : age / tolerance;
  const outside = Math.abs(share) > 1;
  const x = width / 2 + (outside ? Math.sign(share) * (half + edge / 2) : share * half);
  const anchor = outside ? (share < 0 ? "start" : "end") : "middle";
  const at = { start: -x, end: width - x, middle: 0 }[anchor];
  const label = `${span(age)} ${age < 0 ? "ahead" : "old"}; up to ${span(tolerance)} is accepted, in either direction`;
  return svg(
    "svg.gauge",
    { viewBox: `0 0 ${width} 76`, role: "img", "aria-label": label, "data-state": outside ? "fail" : "pass" },
    svg("rect.gauge-track", { x: 0, y: TOP, width, height: 10, rx: 5 }),
    svg("rect.gauge-band", { x: edge, y: TOP, width: width - 2 * edge, height: 10 }),
    tick(edge, `${span(tolerance)} ahead`),
    tick(width / 2, "now"),
    tick(width - edge, `${span(tolerance)} old`),
    anchor !== "start" && svg("text", { x: 0, y: 18, class: "start" }, "too new"),
    anchor !== "end" && svg("text", { x: width, y: 18, class: "end" }, "too old"),
    svg("g.gauge-needle", { transform: `translate(${x} ${TOP + 5})` }, svg("circle", { r: 9 }), svg("text", { x: at, y: -21, class: anchor }, span(age))),
  );
}

function tick(x, text) {
  return svg("g.gauge-tick", svg("line", { x1: x, x2: x, y1: TOP - 4, y2: TOP + 14 }), svg("text", { x, y: TOP + 34 }, text));
}
