// The event of a sample: the sender's own, with a type that it documents. Gemini's for senders that sign the events of others.
import { at, put } from "./described.js";
import { eventOf } from "./events.js";
import { EVENTS } from "./sample-events.js";

/** An event of a scheme, by the scheme's name. `type` replaces its type, if the sender states one. `id` makes it differ from others. */
export function sampleOf(scheme, { type, id, now }) {
  const sample = EVENTS[scheme];
  if (sample === undefined) return eventOf(type ?? "batch.succeeded", now);
  const event = parsed(sample);
  if (type !== undefined && sample.pointer !== undefined) put(event, sample.pointer, type);
  // What is known by its hash needs another body each time.
  if (sample.isHashed) Object.assign(Array.isArray(event) ? event[0] : event, { sample: id });
  return event;
}

/** The header with the event's type, for senders that state it in one: a list of one pair, or an empty list. */
export function typeHeader(scheme, type) {
  const { header, kind } = EVENTS[scheme] ?? {};
  return header === undefined ? [] : [[header, type ?? kind]];
}

/** Whether the sender's events state a type. */
export const statesType = (scheme) => {
  const { pointer, header } = EVENTS[scheme] ?? { pointer: "/type" };
  return pointer !== undefined || header !== undefined;
};

/** The type of a scheme's event; undefined if the event has none, or is Gemini's. */
export function typeOf(scheme) {
  const sample = EVENTS[scheme];
  if (sample?.pointer === undefined) return sample?.kind;
  const type = at(parsed(sample), sample.pointer);
  return typeof type === "string" ? type : undefined;
}

/** A body that is no JSON is a form. */
const parsed = ({ body }) => (/^[[{]/.test(body) ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)));
