// Where the reader is: the screen, what it shows, and its filters, in the fragment of the URL. A body or a token is never in it.

const SCREENS = ["sources", "events", "event", "refused", "health", "audit"];

/** `{ screen, parts, query }` of `#/events/gemini?state=dead`. Whatever is no place is the first screen. */
export function placeOf(fragment) {
  const [path, query = ""] = fragment.replace(/^#\/?/, "").split("?", 2);
  const [screen, ...parts] = path.split("/").map(decoded);
  if (!SCREENS.includes(screen)) return { screen: SCREENS[0], parts: [], query: new URLSearchParams() };
  return { screen, parts: parts.filter((part) => part !== ""), query: new URLSearchParams(query) };
}

/** The fragment of a place. Leaves out filters without a value. */
export function link(screen, parts = [], query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const filters = new URLSearchParams(given).toString();
  return `#/${[screen, ...parts].map(encodeURIComponent).join("/")}${filters === "" ? "" : `?${filters}`}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
