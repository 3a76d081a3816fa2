// A decoded token: each claim with the requirement for it, its header, and its three segments in colours.
import { byId, el, fill, icon } from "./dom.js";
import { moment } from "./time.js";

const STEPS = { exp: "expiry", nbf: "start", aud: "audience", iss: "issuer" };
const DATES = ["exp", "nbf", "iat"];

export function showToken(section, report, value) {
  section.hidden = report.token === undefined;
  if (section.hidden) return;
  const segments = value.split(".");
  const names = ["header", "claims", "signature"];
  fill(byId("token-text"), segments.flatMap((segment, at) => [at > 0 && ".", el(`span.segment-${names[at] ?? "signature"}`, segment)]));
  fill(byId("token-header"), JSON.stringify(report.token.header ?? "cannot be read", null, 2));
  fill(byId("token-claims"), claims(report));
}

function claims({ token, steps }) {
  const given = token.claims !== null && typeof token.claims === "object" ? token.claims : {};
  const absent = Object.keys(STEPS).filter((name) => !(name in given) && stepOf(steps, name)?.state === "fail");
  return [...Object.entries(given), ...absent.map((name) => [name, undefined])].map(([name, value]) => claim(name, value, stepOf(steps, name)));
}

function claim(name, value, step) {
  const state = step?.state ?? "none";
  const date = DATES.includes(name) && typeof value === "number" ? moment(value) : undefined;
  return el(
    "tr",
    { "data-state": state, "data-claim": name },
    el("td", state === "none" ? "" : icon(state)),
    el("th", { scope: "row" }, el("code", name)),
    el("td", el("code.wrap", value === undefined ? "absent" : JSON.stringify(value)), date && el("span.detail", ` ${date}`), step?.state === "fail" && el("code.code", step.code)),
  );
}

const stepOf = (steps, claim) => steps.find((step) => step.name === (claim === "exp" && !found(steps, "expiry") ? "claims" : STEPS[claim]));
const found = (steps, name) => steps.some((step) => step.name === name);
