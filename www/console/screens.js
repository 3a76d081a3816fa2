// The screens, by the names that URLs have.
import { audit } from "./audit.js";
import { event } from "./event.js";
import { events } from "./events.js";
import { health } from "./health.js";
import { refused } from "./refused.js";
import { sources } from "./sources.js";

export const SCREENS = { audit, event, events, health, refused, sources };
