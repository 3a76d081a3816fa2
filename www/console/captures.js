// Captured deliveries, each with the report of the page's own check: step by step, with the near miss.
import { capital, el, icon, prose } from "../src/dom.js";
import { fixed, stepList } from "../src/steps.js";
import { button, code, words } from "./parts.js";
import { foreign, shown, size, time } from "./text.js";

/** The captures, with the reports that are open. */
export const captureList = (captures, reports, acts) => el("ul.captures", { "aria-label": "Captures" }, captures.map((capture) => card(capture, reports.get(String(capture.id)), acts)));

function card({ id, at, code: name, status, reason, method, bytes, headers: kept }, report, acts) {
  const headers = kept ?? [];
  const key = String(id);
  return el(
    "li.card.capture",
    { "data-key": key, "data-capture": key },
    el("p.capture-head", time(at), el("span.bad", `${status}`), code(name), el("span.hint", `${method ?? "POST"}, ${size(bytes)}`), acts && button("explain", report ? "Hide the report" : "Explain", { "data-item": "", "aria-expanded": String(report !== undefined), class: report ? "small" : "primary small" })),
    reason && el("p", words(reason)),
    el("details", el("summary", `${headers.length} headers`), el("pre", { tabindex: "0", role: "region", "aria-label": "Headers" }, headers.map(([header, value]) => [shown(header), ": ", foreign(value), "\n"]))),
    report && explained(report),
  );
}

function explained(report) {
  const { detail, fix } = report.verdict;
  return el(
    "div.report",
    { "data-key": "report" },
    el("p.ruling", el("strong", report.ok ? "Genuine" : "Refused"), ": ", prose(detail), ".", fix && [" ", prose(capital(fix)), "."]),
    report.nearMisses?.map((near) => el("div.note", { "data-kind": "near" }, icon("near"), el("div", el("p.near-title", "Matches if ", prose(near.matchesIf)), fixed(near.fix)))),
    el("ol.steps", stepList(report)),
  );
}
