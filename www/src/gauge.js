// The time gauge: where the timestamp stands between too new and too old.
import { byId, el, fill, svg } from "./dom.js";
import { moment, span } from "./time.js";

const [WIDTH, EDGE, TOP] = [720, 96, 34];

export function showGauge(section, report) {
  section.hidden = report.timestamp === undefined;
  if (section.hidden) return;
  fill(byId("gauge"), picture(report));
  const words = report.age < 0 ? `${span(report.age)} ahead of the clock` : `${span(report.age)} old`;
  fill(
    byId("gauge-facts"),
    fact("Timestamp", moment(report.timestamp), String(report.timestamp)),
    fact("Checked as of", moment(report.now), String(report.now)),
    fact("Age", words, `${span(report.tolerance)} either way`),
  );
}

function fact(name, value, detail) {
  return el("div", el("dt", name), el("dd", value, el("span.detail", detail)));
}

/** The band of what is accepted takes the middle; what lies outside is drawn at the edge it lies beyond. */
function picture({ age, tolerance }) {
  const half = (WIDTH - 2 * EDGE) / 2;
  const share = tolerance === 0 ? Math.sign(age) * 2 : age / tolerance;
  const outside = Math.abs(share) > 1;
  const x = WIDTH / 2 + (outside ? Math.sign(share) * (half + EDGE / 2) : share * half);
  const label = `${span(age)} ${age < 0 ? "ahead" : "old"}; accepted is up to ${span(tolerance)} either way`;
  return svg(
    "svg.gauge",
    { viewBox: `0 0 ${WIDTH} 84`, role: "img", "aria-label": label, "data-state": outside ? "fail" : "pass" },
    svg("rect.gauge-track", { x: 0, y: TOP, width: WIDTH, height: 10, rx: 5 }),
    svg("rect.gauge-band", { x: EDGE, y: TOP, width: WIDTH - 2 * EDGE, height: 10 }),
    tick(EDGE, `+${span(tolerance)}`),
    tick(WIDTH / 2, "now"),
    tick(WIDTH - EDGE, `−${span(tolerance)}`),
    svg("text.gauge-end", { x: 0, y: TOP + 34 }, "too new"),
    svg("text.gauge-end.last", { x: WIDTH, y: TOP + 34 }, "too old"),
    svg("g.gauge-needle", { transform: `translate(${x} ${TOP + 5})` }, svg("circle", { r: 9 }), svg("text", { y: -18 }, span(age))),
  );
}

function tick(x, text) {
  return svg("g.gauge-tick", svg("line", { x1: x, x2: x, y1: TOP - 4, y2: TOP + 14 }), svg("text", { x, y: TOP + 34 }, text));
}
