// The verdict: an icon, a word, and one or two sentences. The core supplies the findings; this file selects them, and says what the page is
// still waiting for.
import { byId, capital, el, fill, icon, prose } from "./dom.js";
import { pipeline } from "./pipeline.js";
import { aboutOther, otherSender, schemeNamed } from "./senders.js";
import { span } from "./time.js";

const ICONS = { empty: "wait", waiting: "wait", other: "note", genuine: "pass", refused: "fail" };

/** The conclusion of a report, `{ state, word, sentence }`. Without a report, nothing was pasted. */
export function rulingOf(report, { headers = [], scheme, header } = {}) {
  if (report === undefined) return { state: "empty", word: "Nothing to check yet", sentence: NOTHING };
  const other = report.ok ? undefined : otherSender(headers, scheme, header);
  if (other !== undefined) return { state: "other", word: "Another sender’s", sentence: `${aboutOther(other)}${other.scheme === undefined ? "" : " Choose it as the sender."}` };
  if (report.ok) return { state: "genuine", word: "Genuine", sentence: genuine(report) };
  return waiting(report, headers, scheme) ?? { state: "refused", word: "Refused", sentence: refused(report) };
}

/**
 * Draws the verdict. Of the actions, `asOfItsTime` checks an old delivery as of the time it was sent, `give` fills in what the page waits
 * for, and `focus` leads to its field; `refusal` is why a receiver refuses a key that this page accepts.
 */
export function showVerdict(report, delivery, actions, refusal) {
  const { state, word, sentence } = rulingOf(report, delivery);
  byId("verdict").dataset.state = state;
  const code = state === "refused" ? report.code : undefined;
  say([state, code, sentence], word);
  fill(byId("verdict-icon"), icon(ICONS[state]));
  const note = refusal !== undefined && el("p.hint.key-note", "This page checks with any key. The Worker and the package refuse this one: ", prose(refusal), ".");
  fill(byId("verdict-extra"), note, nextSteps(report, delivery, state, actions).map(([label, onclick]) => el("button", { type: "button", onclick }, label)));
  fill(byId("verdict-picture"), report !== undefined && state !== "other" && report.verdict.code !== "token_not_accepted" && pipeline(report));
  byId("bar").dataset.state = state;
  fill(byId("bar"), icon(ICONS[state]), el("strong", word), code && el("code", code));
}

/** What a person can do about the verdict: labels and actions. */
function nextSteps(report, { headers, scheme, header }, state, { asOfItsTime, give, focus }) {
  if (state === "other") {
    const other = otherSender(headers, scheme, header).scheme;
    return other === undefined ? [] : [[`Check it as ${schemeNamed(other).title}’s`, () => give({ scheme: other })]];
  }
  if (isRightButForAge(report)) return [["Check it as of its own time", asOfItsTime]];
  if (state !== "waiting") return [];
  const { hasKeySet, secret, form } = schemeNamed(scheme);
  const key = hasKeySet ? ["Enter the key set", "jwks"] : [form === "token" ? "Enter the token" : secret.includes("whsec") || secret === "text" ? "Enter the secret" : "Enter the key", "secret"];
  const fields = { waiting_for_key: key, waiting_for_url: ["Enter the URL", "url"], waiting_for_body: ["Enter the body", "body"] };
  const audience = audienceOf(report);
  if (report.verdict.code === "token_not_accepted") {
    const takes = schemeNamed(scheme).takesTokens ? scheme : "gemini-dynamic";
    const enter = ["Enter another audience", () => (give({ scheme: takes }), focus("audience"))];
    return audience === undefined ? [enter] : [[`Expect ${audience}`, () => give({ scheme: takes, audience })], enter];
  }
  const found = fields[report.verdict.code];
  return found === undefined ? [] : [[found[0], () => focus(found[1])]];
}

/** Screen readers announce the words only if they change. */
function say(words, word) {
  const place = byId("verdict-text");
  const said = JSON.stringify([word, ...words]);
  if (place.dataset.said === said) return;
  place.dataset.said = said;
  const [, code, sentence] = words;
  fill(place, el("p.verdict-line", el("strong.verdict-word", word), code && [" ", el("code.code", code)]), el("p.verdict-sentence", prose(sentence)));
}

/** Whether the delivery is refused for its age alone. */
export function isRightButForAge(report) {
  const of = (name) => report?.steps.find((step) => step.name === name)?.state;
  return of("age") === "fail" && of("match") === "pass";
}

const NOTHING = "Paste a delivery, or look at an example. You see every step of its check, and the reason if it fails.";

/** What the page is still waiting for; undefined if a verdict is possible. */
function waiting(report, headers, scheme) {
  const state = "waiting";
  if (headers.length === 0 && schemeNamed(scheme).signatures.length > 0) return { state, word: "Waiting for the headers", sentence: "There are no headers yet. Paste the request’s headers: one of them has the signature." };
  const { code } = report.verdict;
  if (code === "token_not_accepted") return { state, word: "Waiting for the audience", sentence: waitingForAudience(report, scheme) };
  if (code === "waiting_for_body") return { state, word: "Waiting for the body", sentence: "The signature covers the body, but there is no body yet. Paste it as it was sent, or drop its file." };
  if (code === "waiting_for_url") return { state, word: "Waiting for the URL", sentence: "This sender signs the URL that it calls. Give that URL as it is set at the sender, with `https://` and its query." };
  return code === "waiting_for_key" ? { state, word: "Waiting for the key", sentence: waitingForKey(report, schemeNamed(scheme)) } : undefined;
}

function waitingForKey(report, { form, hasKeySet }) {
  const set = hasKeySet || report.signatures.some(({ version }) => version === "v1a") || report.token !== undefined;
  const own = form === "token" ? "Give the token that is set at the sender." : PUBLIC.includes(form) ? "Give the sender’s public key to check the signature." : "Give the secret to compare the signature.";
  const key = set ? "Paste the sender’s key set to check the signature." : own;
  return `${report.token === undefined ? "The headers are in order." : "The token can be read; its claims are below."} ${key}${report.body.bytes === 0 && report.token === undefined ? " The body is missing, too." : ""}`;
}

/** Forms that a public key checks. */
const PUBLIC = ["ed25519", "ecdsa-p256"];

function waitingForAudience(report, scheme) {
  const audience = audienceOf(report);
  const shown = audience === undefined ? "" : ` This one is for \`${audience}\`: if that is you, expect it.`;
  return `This is a token (JWT); its claims are below. ${scheme === "gemini-dynamic" ? "Which audience do you expect" : "Choose Gemini’s dynamic webhooks as the sender. Which audience do you expect"} in \`aud\`?${shown}`;
}

/** The audience that a token names, if it can be shown. */
function audienceOf({ token }) {
  const audience = token?.claims?.aud;
  return typeof audience === "string" && audience !== "" && audience.length <= 200 && !audience.includes("`") ? audience : undefined;
}

function refused(report) {
  if (isRightButForAge(report)) return `The signature is valid. The delivery is refused for its age alone: ${ageOf(report)}.`;
  const [near] = report.nearMisses;
  if (near !== undefined) return `It matches if ${near.matchesIf}.`;
  const { code, detail, fix } = report.verdict;
  return `${capital(detail)}.${fix !== undefined && (code !== report.code || code === "missing_header") ? ` ${capital(fix)}.` : ""}`;
}

function genuine(report) {
  const set = report.form !== "v1" && report.keys.length > 0;
  const place = set ? `key ${report.key - report.secrets.length} of the set` : `secret ${report.key + 1}`;
  const key = report.secrets.length > 1 || set ? place : PUBLIC.includes(report.form) ? "the private key of this public key" : "the secret";
  if (report.form === "token") return `The header holds ${key} itself. It proves who sent the delivery, and nothing about the body.`;
  if (report.form === "jwt") return `The token is signed with ${key}. It does not cover the body: the claims are the event.`;
  if (report.form === "id-token") return `The token is signed with ${key}. It proves who sent the delivery, and nothing about the body.`;
  return `Signed with ${key} (\`${report.form}\`), ${ageOf(report)}.`;
}

const ageOf = ({ age }) => (age === undefined ? "without a time, so a copy of it is genuine too" : age < 0 ? `${span(age)} ahead of the clock` : `${span(age)} old`);
