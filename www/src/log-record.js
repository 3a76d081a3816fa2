// A record of the Worker's own log, in words. It holds neither headers nor body, so there is nothing to check: what its code says is
// all there is.
import { span } from "./time.js";

const DELIVERY = "Paste the delivery itself to see each step of its check.";

/** What each code means, and what to do. The keys are codes of the contract. */
export const CODES = {
  accepted: "The event is stored in the inbox, and is delivered from there.",
  delivered: "The destination took the event.",
  duplicate: "The event was accepted before, so this copy was not forwarded.",
  dead: "The inbox gave up on the event. It is kept with its body, and can be replayed.",
  body_incomplete: "The sender ended the body before its announced length, or the connection broke.",
  body_timeout: "The sender did not finish sending the body in time.",
  body_too_large: "The body is larger than the source’s `max_body`.",
  config_invalid: "The source’s configuration has a fault. `detail` in the record names the key and the fix, and `/healthz` shows it to whoever has the admin token.",
  destination_failed: "The destination refused the event or could not be reached: `dest_status` is what it answered, 0 is nothing. The sender or the inbox tries again.",
  destination_timeout: "The destination did not answer within `forward.timeout`. The sender or the inbox tries again.",
  empty_secret: "The secret is empty. Set it to the `whsec_…` value that the sender showed.",
  forgotten: "An operator made the Worker forget the event, so the sender’s next copy is accepted.",
  in_flight: "A copy of the event was being delivered at that moment. The sender tries again.",
  internal_error: "The Worker met an unexpected fault. The sender tries again; nothing was marked as seen.",
  invalid_header: `A header cannot be what the sender meant: it stands twice, or its value is not allowed. ${DELIVERY}`,
  invalid_query: "A query of the admin pages cannot be read.",
  invalid_secret: "The secret cannot be read as a key. Copy it again, as the sender shows it.",
  invalid_timestamp: `The timestamp is not whole Unix seconds in plain digits. ${DELIVERY}`,
  jwk_unknown_kid: `The token names no key of the sender’s key set. ${DELIVERY}`,
  jwk_unusable: "The key that the token names is too weak, or not meant for these signatures.",
  jwks_invalid: "What the key set’s URL answers is no key set.",
  jwt_alg: "The token is not signed with RS256.",
  jwt_audience: "The token is for another audience: compare `aud` with the source’s `audience`.",
  jwt_claims: "A claim of the token is missing, or of the wrong type.",
  jwt_expired: "The token had expired.",
  jwt_issuer: "The token is from another issuer: compare `iss` with the source’s `issuer`.",
  jwt_malformed: `The signature’s header is not a token that can be read. ${DELIVERY}`,
  jwt_not_yet_valid: "The token was not valid yet: compare the clocks.",
  jwt_signature: `The token’s signature does not match the key that it names. ${DELIVERY}`,
  jwt_too_long: "The token is good for longer than `dedupe`, so a replay could outlive what is remembered of it.",
  keys_unavailable: "The sender’s key set could not be had: its URL has to answer 200 with `{\"keys\":[…]}` within 5 s. The sender tries again.",
  method_not_allowed: "The request was no POST.",
  missing_header: `A header that the scheme needs was not there: the sender speaks another scheme, or a proxy dropped it. ${DELIVERY}`,
  no_matching_signature: `No signature matched: the secret is another endpoint’s, or the body was changed on the way. ${DELIVERY}`,
  not_found: "The URL names no source, or not with its token.",
  not_replayable: "The body of the event is gone, so it cannot be replayed.",
  replayed: "An operator had the inbox deliver events again.",
  storage_unavailable: "The inbox could not store the event. The sender tries again.",
  timestamp_too_new: "The timestamp is too far ahead: compare the clocks, and look whether the sender sends milliseconds.",
  timestamp_too_old: "The timestamp is too old. With `\"signature\":\"match\"` the sender does not stamp its retries again, or a clock is off.",
  too_many_signatures: "The delivery carries more signatures than one may.",
  unauthorized: "The admin token was missing or wrong.",
  weak_key: "The public key is one under which anybody can sign.",
  weak_secret: "A shared key is under 16 bytes, so it can be guessed. Use the endpoint’s whole secret.",
};

/** A record for people; it never repeats more than short members of ours. */
export function aboutRecord(record) {
  const text = (name) => (typeof record[name] === "string" && /^[\w.:-]{1,80}$/.test(record[name]) ? record[name] : undefined);
  const number = (name) => (Number.isFinite(record[name]) ? record[name] : undefined);
  const facts = [
    number("status") !== undefined && `status ${record.status}`,
    text("source") && `source \`${text("source")}\``,
    number("age_s") !== undefined && (record.age_s < 0 ? `${span(record.age_s)} ahead of the clock` : `${span(record.age_s)} old`),
    number("attempt") !== undefined && `attempt ${record.attempt}`,
    number("dest_status") !== undefined && `the destination answered ${record.dest_status}`,
    text("dest_error") && `because of \`${text("dest_error")}\``,
    text("signature") && `signature: ${text("signature")}`,
  ].filter(Boolean);
  const code = text("code") ?? "unknown";
  const meaning = Object.hasOwn(CODES, code) ? CODES[code] : "This page does not know that code; README’s table has those of your version.";
  const detail = typeof record.detail === "string" && record.detail !== "" ? ` The record says: ${record.detail.replaceAll("`", "").slice(0, 300)}.` : "";
  return `\`${code}\`${facts.length > 0 ? ` (${facts.join(", ")})` : ""}: ${meaning}${detail}`;
}
