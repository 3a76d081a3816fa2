// The list of steps, each with the finding and, if it failed, the code and the fix.
import { el, fill, icon, sentence } from "./dom.js";
import { stateOf } from "./pipeline.js";

const TITLES = {
  headers: "Headers",
  id: "Id",
  timestamp: "Timestamp",
  age: "Age",
  signatures: "Signatures",
  keys: "Keys",
  match: "Match",
  json: "JSON",
  type: "Event type",
  token: "Token",
  algorithm: "Algorithm",
  key: "Key",
  signature: "Signature",
  claims: "Claims",
  expiry: "Expiry",
  start: "Start",
  audience: "Audience",
  issuer: "Issuer",
};
const WORDS = { pass: "passed", fail: "failed", skip: "not judged", note: "note" };

/** Draws a report's steps in a list. */
export function showSteps(list, report) {
  fill(list, stepList(report));
}

/** The items of a report's steps. */
export const stepList = ({ steps }) => steps.map(row);

function row(step) {
  const state = stateOf(step);
  return el(
    "li.step",
    { "data-state": state, "data-step": step.name },
    icon(state),
    el("h3", TITLES[step.name] ?? step.name, el("span.hidden", `, ${WORDS[state]}`)),
    el("div.step-text", el("p", sentence(step.detail), step.code && [" ", el("code.code", step.code)]), step.fix && fixed(step.fix)),
  );
}

/** What to do, visually apart from the finding. */
export function fixed(text) {
  return el("p.fix", el("span.fix-label", "Fix"), el("span", sentence(text)));
}
