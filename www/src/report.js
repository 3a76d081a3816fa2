// Draws a report, each part by its own file.
import { byId } from "./dom.js";
import { showComparisons } from "./comparisons.js";
import { refusalOf } from "./engine.js";
import { showGauge } from "./gauge.js";
import { otherSender, schemeNamed } from "./senders.js";
import { showKeys } from "./keys.js";
import { showNearMisses } from "./near-misses.js";
import { showReceiverCode } from "./receiver-code-view.js";
import { showSigned } from "./signed.js";
import { showSteps } from "./steps.js";
import { showToken } from "./token.js";
import { showVerdict } from "./verdict.js";

/** Shows the report of a delivery, or that there is none yet. `actions` are those of verdict.js, and `apply` of near-misses.js. */
export function show(report, delivery, actions) {
  showVerdict(report, delivery, actions, report && refusalOf(delivery, report));
  const isOther = report !== undefined && !report.ok && otherSender(delivery.headers, delivery.scheme, delivery.header) !== undefined;
  // Another sender signs differently, so the steps say nothing about its delivery.
  byId("details").hidden = report === undefined || isOther;
  byId("primer").hidden = report !== undefined;
  for (const id of ["near", "token"]) byId(id).hidden = true;
  // A token waits for its audience alone: the other steps follow from that.
  byId("details").toggleAttribute("data-token-alone", report?.verdict.code === "token_not_accepted");
  if (report === undefined || isOther) return;
  showNearMisses(byId("near"), report, delivery, actions.apply);
  showReceiverCode(delivery);
  showSteps(byId("steps"), report);
  showGauge(byId("time"), report);
  showSigned(byId("signed"), report, delivery.body);
  showComparisons(byId("compared"), report, schemeNamed(delivery.scheme));
  showKeys(byId("key-set"), report);
  showToken(byId("token"), report, signatureOf(delivery));
}

/** The token itself. */
function signatureOf({ headers, scheme }) {
  const { header = "webhook-signature", method = "" } = schemeNamed(scheme).identity ?? {};
  const value = headers.find(([name]) => name.toLowerCase() === header)?.[1] ?? "";
  return value.startsWith(method) ? value.slice(method.length) : value;
}
