// Draws a report, each part by its own file.
import { byId } from "./dom.js";
import { showComparisons } from "./comparisons.js";
import { refusalOf } from "./engine.js";
import { showGauge } from "./gauge.js";
import { otherSender, schemeNamed } from "./senders.js";
import { showKeys } from "./keys.js";
import { showNearMisses } from "./near-misses.js";
import { showSigned } from "./signed.js";
import { showSteps } from "./steps.js";
import { showToken } from "./token.js";
import { showVerdict } from "./verdict.js";

/** Shows the report of a delivery, or that there is none yet. */
export function show(report, delivery, { asOfItsTime }) {
  showVerdict(report, delivery, asOfItsTime, report && refusalOf(delivery, report));
  // Another sender signs differently, so the steps say nothing about its delivery.
  byId("details").hidden = report === undefined || (!report.ok && otherSender(delivery.headers, delivery.scheme, delivery.header) !== undefined);
  byId("primer").hidden = report !== undefined;
  if (report === undefined) return;
  showNearMisses(byId("near"), report);
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
