// Reads options. Only own properties count, so that a polluted prototype configures nothing. An unknown name is refused, so that a
// misspelt option never silently keeps its default.
import { misuse } from "./error.js";

/** The options of one call. Verifiers without a `urlToken` ignore `url`, and `method`, unless the sender signs them. */
export const CALL = ["now", "jsonParse", "waitUntil", "url", "method"];

const NONE = Object.freeze(Object.create(null));

/** The own properties of `given`, on no prototype. `hint` ends the message about an unknown name that resembles no option. */
export function optionsOf(given, known, hint = "") {
  if (given === undefined || given === null) return NONE;
  if (typeof given !== "object" || Array.isArray(given) || ArrayBuffer.isView(given)) {
    throw misuse("config_invalid", `options are an object, and a ${Array.isArray(given) ? "list" : typeof given} was passed${hint || "; several secrets are one list, the first argument: `[a, b]`"}`);
  }
  const options = Object.create(null);
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw misuse("config_invalid", unknown(name, known, hint));
    options[name] = given[name];
  }
  return options;
}

function unknown(name, known, hint) {
  const near = closest(name, known);
  // A name that is not an identifier may be anything, even a secret.
  const called = /^[A-Za-z_]{1,24}$/.test(name) ? `there is no option \`${name}\`` : "an option has a name that is not shown here, because it may be a secret";
  if (near !== undefined) return `${called}; did you mean \`${near}\`?`;
  return `${called}; there are ${known.map((name) => `\`${name}\``).join(", ")}${hint}`;
}

/** The known name that was probably meant: nearly the same letters, or one name inside the other. */
function closest(name, known) {
  const wrong = letters(name);
  if (wrong.length < 3) return undefined;
  return known.find((right) => wrong.includes(letters(right)) || letters(right).includes(wrong)) ?? nearest(name, known);
}

/** The known name that differs least from another, in at most two letters, or one of a short name. */
export function nearest(name, known) {
  const [[best, right]] = known.map((right) => [distance(letters(name.slice(0, 32)), letters(right)), right]).sort(([a], [b]) => a - b);
  return best <= (right.length < 6 ? 1 : 2) ? right : undefined;
}

const letters = (text) => text.toLowerCase().replace(/[^a-z]/g, "");

/** The edit distance: how many letters to insert, delete or replace. */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[to.length];
}

/** A scheme as the core reads it: its name, and the header of its token if the receiver names one. */
export function withHeader(scheme, header) {
  if (header === undefined || header === null) return scheme;
  if (typeof header !== "string") throw misuse("config_invalid", "`header` is text: the name of the header that has the token");
  return `${scheme} ${header}`;
}

const [DAY, YEAR] = [86_400, 31_536_000];

/** The options of a verifier, as Rust reads them: on no prototype. */
export function settingsOf(options) {
  const settings = { __proto__: null, ...options };
  for (const name of ["tolerance", "leeway"]) checkSeconds(name, settings[name]);
  return settings;
}

/** Refuses seconds that are milliseconds: multiples of 1000 that are not a number of hours or days that anybody would write. */
function checkSeconds(name, value) {
  if (typeof value !== "number" || value % 1000 !== 0 || value < 10_000 || value >= 1e10) return;
  if ((value % 3600 === 0 && value <= 2 * DAY) || (value % DAY === 0 && value <= YEAR)) return;
  throw misuse("config_invalid", `\`${name}\` is in seconds, and ${value} looks like milliseconds: write ${value / 1000}`);
}

/** Unix seconds of a `Date` or a number. `isClock` is false for a time to be signed, which the core checks. */
export function secondsOf(time, isClock = true) {
  if (time === undefined) return Date.now() / 1000;
  // Milliseconds have exceeded this since 1973. Seconds will in the year 5138.
  if (isClock && typeof time === "number" && time >= 1e11 && Number.isFinite(time)) throw misuse("config_invalid", "a time is a `Date`, or a number of Unix seconds, and this number is in milliseconds: pass a `Date`, or divide by 1000");
  const seconds = typeof time === "number" ? time : typeof time === "object" && time !== null ? Number(time) / 1000 : Number.NaN;
  if (!(seconds >= 0 && seconds < 8.64e12)) throw misuse("config_invalid", "a time is a `Date`, or a number of Unix seconds");
  return seconds;
}
