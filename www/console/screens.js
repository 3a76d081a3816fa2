// The screens, by the names that URLs have.
import { sources } from "./sources.js";

export const SCREENS = { sources };
