// The event types that the page offers for samples.
import { DOCUMENTED } from "./event-types.js";
import { EVENTS } from "./sample-events.js";
import { typeOf } from "./sample-event.js";

/** The types of a scheme's events, that of its sample first. Gemini's for senders that sign the events of others; none if its events state no type. */
export function typesOf(scheme) {
  if (EVENTS[scheme] === undefined) return DOCUMENTED.gemini;
  const usual = typeOf(scheme);
  if (usual === undefined) return [];
  return [usual, ...(DOCUMENTED[scheme] ?? []).filter((type) => type !== usual)];
}
