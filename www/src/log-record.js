// Explains a record of the Worker's log. It contains no headers and no body, so there is nothing to check: only its code to explain.
import { CODES } from "./codes.js";
import { span } from "./time.js";

/** Codes of a check. For these, the delivery itself tells more. */
const CHECKED = ["invalid_header", "invalid_timestamp", "jwk_unknown_kid", "jwt_malformed", "jwt_signature", "missing_header", "no_matching_signature"];

/** A record in words. It repeats only short members that the Worker wrote. */
export function aboutRecord(record) {
  const text = (name) => (typeof record[name] === "string" && /^[\w.:-]{1,80}$/.test(record[name]) ? record[name] : undefined);
  const number = (name) => (Number.isFinite(record[name]) ? record[name] : undefined);
  const facts = [
    number("status") !== undefined && `status ${record.status}`,
    text("source") && `source \`${text("source")}\``,
    number("age_s") !== undefined && (record.age_s < 0 ? `${span(record.age_s)} ahead of the clock` : `${span(record.age_s)} old`),
    number("attempt") !== undefined && `attempt ${record.attempt}`,
    number("dest_status") !== undefined && `the destination responded ${record.dest_status}`,
    text("dest_error") && `because of \`${text("dest_error")}\``,
    text("signature") && `signature: ${text("signature")}`,
  ].filter(Boolean);
  const code = text("code") ?? "unknown";
  const meaning = Object.hasOwn(CODES, code) ? explained(code) : "This page does not know that code. docs/codes.md lists the codes of your version.";
  const detail = typeof record.detail === "string" && record.detail !== "" ? ` The record says: ${record.detail.replaceAll("`", "").slice(0, 300)}.` : "";
  return `\`${code}\`${facts.length > 0 ? ` (${facts.join(", ")})` : ""}: ${meaning}${detail}`;
}

function explained(code) {
  const { title, remedy } = CODES[code];
  const more = CHECKED.includes(code) ? " Paste the delivery itself to see each step of its check." : "";
  return `${sentence(title)} ${sentence(remedy)}${more}`;
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1).replaceAll("'", "’")}.`;
