// The verdict: an icon, a word, and one sentence. What is said is the core's; here it is only put in order.
import { byId, capital, el, fill, icon, prose } from "./dom.js";
import { pipeline } from "./pipeline.js";
import { span } from "./time.js";

const STATES = {
  empty: { word: "Nothing to check yet", icon: "wait" },
  waiting: { word: "Waiting for the key", icon: "wait" },
  genuine: { word: "Genuine", icon: "pass" },
  refused: { word: "Refused", icon: "fail" },
};

/** What a report comes to: one of the four states. Without a report, nothing was pasted. */
export function stateOf(report) {
  if (report === undefined) return "empty";
  if (report.ok) return "genuine";
  return report.code === "keys_unavailable" ? "waiting" : "refused";
}

/** Draws the verdict. `asOfItsTime` is called to judge an old delivery as of the time it was sent. */
export function showVerdict(report, asOfItsTime) {
  const state = stateOf(report);
  const { word, icon: name } = STATES[state];
  byId("verdict").dataset.state = state;
  const code = state === "refused" ? report.code : undefined;
  say([state, code, sentenceOf(state, report)], word);
  fill(byId("verdict-icon"), icon(name));
  fill(byId("verdict-extra"), isRightButForAge(report) && el("button", { type: "button", onclick: asOfItsTime }, "Check it as of its own time"));
  fill(byId("verdict-picture"), report !== undefined && pipeline(report));
  byId("bar").dataset.state = state;
  fill(byId("bar"), icon(name), el("strong", word), code && el("code", code));
}

/** The words are read out as they change, and only then. */
function say(words, word) {
  const place = byId("verdict-text");
  const said = JSON.stringify(words);
  if (place.dataset.said === said) return;
  place.dataset.said = said;
  const [, code, sentence] = words;
  fill(place, el("p.verdict-line", el("strong.verdict-word", word), code && [" ", el("code.code", code)]), el("p.verdict-sentence", prose(sentence)));
}

/** Whether the age alone is at fault. */
export function isRightButForAge(report) {
  const of = (name) => report?.steps.find((step) => step.name === name)?.state;
  return of("age") === "fail" && of("match") === "pass";
}

function sentenceOf(state, report) {
  if (state === "empty") return "Paste a delivery, or start from an example. You will see each step of its check, and why it fails if it does.";
  if (state === "waiting") return waitingFor(report);
  if (state === "genuine") return genuine(report);
  if (isRightButForAge(report)) return `The signature is right. It is refused for its age alone: ${ageOf(report)}.`;
  const [near] = report.nearMisses;
  if (near !== undefined) return `It matches if ${near.matchesIf}.`;
  if (report.code === "no_matching_signature" && report.signatures.some((row) => row.accepted)) return NO_MATCH;
  return `${capital(report.steps.find((step) => step.code === report.code)?.detail ?? report.code)}.`;
}

const NO_MATCH = "No signature matches, and none of the usual changes makes one match. Most likely the key is another endpoint’s.";

function waitingFor(report) {
  const set = report.signatures.some(({ version }) => version === "v1a") || report.token !== undefined;
  return set ? "The headers are in order. Paste the sender’s key set to compare the signature." : "The headers are in order. Give the secret to compare the signature.";
}

function genuine(report) {
  const set = report.form !== "v1" && report.keys.length > 0;
  const place = set ? `key ${report.key - report.secrets.length} of the set` : `secret ${report.key + 1}`;
  const key = report.secrets.length > 1 || set ? place : "the secret";
  if (report.form === "jwt") return `The token is signed by ${key}. It does not bind the body: the claims are the event.`;
  return `Signed with ${key} (\`${report.form}\`), ${ageOf(report)}.`;
}

const ageOf = ({ age }) => (age < 0 ? `${span(age)} ahead of the clock` : `${span(age)} old`);
