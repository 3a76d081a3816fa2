// What senders and operators wrote, and numbers and times, as text for the screen.
import { el } from "../src/dom.js";
import { span } from "../src/time.js";

/** Control characters and marks that reorder or hide what is beside them. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A foreign text, with what is invisible in it named: `‹U+202E›`. */
export const shown = (text) => String(text).replace(INVISIBLE, (mark) => `‹U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);

/** A foreign text that does not change the direction of what is around it. */
export const foreign = (text) => el("bdi", shown(text));

/** `1,234,567`. */
export const count = (number) => (Number.isFinite(number) ? number.toLocaleString("en-US") : "–");

/** `1 event`, `2 events`. */
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

/** `512 B`, `1.5 KB`, `20 MB`. */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return "–";
  if (bytes < 1000) return `${bytes} B`;
  const [unit, divisor] = bytes < 1e6 ? ["KB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  const value = bytes / divisor;
  return `${value < 10 ? value.toFixed(1).replace(".0", "") : Math.round(value)} ${unit}`;
}

/** `85 ms`, `1.2 s`. */
export const milliseconds = (ms) => (!Number.isFinite(ms) ? "–" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`);

/** How long ago a time is, or how far ahead: `3 h 5 min`. */
export function distance(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  return Number.isNaN(seconds) ? "–" : span(seconds);
}

/** `10:54:30` of today, `Nov 25 10:54:30` of this year, `2025-11-25 10:54` of another. */
export function moment(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "–";
  const [now, text] = [new Date().toISOString(), date.toISOString()];
  if (text.slice(0, 10) === now.slice(0, 10)) return text.slice(11, 19);
  if (text.slice(0, 4) !== now.slice(0, 4)) return text.slice(0, 16).replace("T", " ");
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()} ${text.slice(11, 19)}`;
}

/** A time that says by a tip how long ago it is. */
export function time(iso) {
  if (typeof iso !== "string") return "–";
  const isAhead = Date.parse(iso) > Date.now();
  return el("time", { datetime: iso, title: `${iso}, ${isAhead ? `in ${distance(iso)}` : `${distance(iso)} ago`}` }, moment(iso));
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
