// The key set: one row per key, with the result of trying it.
import { byId, el, fill, icon } from "./dom.js";

const COLUMNS = ["", "Key", "kid", "Kind", "For", "Result"];

export function showKeys(section, report) {
  section.hidden = report.keys.length === 0;
  if (section.hidden) return;
  const kid = report.token?.header?.kid;
  const head = el("thead", el("tr", COLUMNS.map((name) => el("th", { scope: "col" }, name || el("span.hidden", "State")))));
  fill(byId("keys"), el("table", el("caption.hidden", "The keys of the set, and the result of each"), head, el("tbody", report.keys.map((key) => row(key, kid)))));
}

function row(key, named) {
  const state = key.matches ? "pass" : key.tried ? "fail" : "skip";
  const isNamed = key.kid !== undefined && key.kid === named;
  return el(
    "tr",
    { "data-state": state, "data-key": key.index },
    el("td", icon(state)),
    el("td", String(key.index)),
    el("td", key.kid === undefined ? el("span.detail", "none") : el("code.wrap", { class: isNamed ? "wrap named" : "wrap" }, key.kid), isNamed && el("span.detail", " named by the token")),
    el("td", [key.kty, key.crv].filter((part) => part !== undefined).join(" ") || "unknown"),
    el("td", [key.alg, key.use].filter((part) => part !== undefined).join(", ") || el("span.detail", "not stated")),
    el("td", outcome(key)),
  );
}

function outcome({ matches, tried, usable, reason }) {
  if (matches) return el("strong", "matches");
  if (tried) return "tried, no match";
  return usable ? "not tried: for another form" : `set aside: ${reason}`;
}
