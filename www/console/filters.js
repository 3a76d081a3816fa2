// The filters of the list of events. They are in the URL, so that a list can be sent to a colleague.
import { el } from "../src/dom.js";
import { readTime } from "../src/time.js";
import { link } from "./place.js";

/** The filters that the Worker knows, as the URL has them. */
const NAMES = ["state", "type", "code", "destination", "id", "data_id", "from", "to", "order", "test"];
const STATES = [["", "All"], ["pending", "Pending"], ["delivered", "Delivered"], ["dead", "Dead"], ["filtered", "Filtered"]];
const DAY_MS = 86_400_000;

/** Spans of time to choose from: each gives `from` and `to`. */
const SPANS = {
  hour: ["Last hour", () => [new Date(Date.now() - DAY_MS / 24)]],
  day: ["Last 24 hours", () => [new Date(Date.now() - DAY_MS)]],
  today: ["Today", () => [midnight(0)]],
  yesterday: ["Yesterday", () => [midnight(-1), midnight(0)]],
  week: ["Last 7 days", () => [new Date(Date.now() - 7 * DAY_MS)]],
};

/** The filters of a place. */
export const filtersOf = (query) => Object.fromEntries(NAMES.filter((name) => query.get(name)).map((name) => [name, query.get(name)]));

/** Whether anything but order is asked for. */
export const isFiltered = (filters) => Object.keys(filters).some((name) => name !== "order" && name !== "test");

/** The filters that replaying takes. */
export const replayable = ({ order, ...filters }) => filters;

/** The filters in words: `dead, type invoice.paid`. */
export function inWords(filters) {
  const texts = Object.entries(filters).filter(([name]) => name !== "order");
  if (texts.length === 0) return "all events";
  return texts.map(([name, value]) => (name === "state" ? value : name === "test" ? "with test events" : `${name.replace("_", ".")} ${value}`)).join(", ");
}

/** The form; `sources` and `destinations` are what can be chosen, `unread` is a time that cannot be read. A change runs the action `filter`. */
export function filterForm(source, filters, sources, destinations, unread = {}) {
  const to = (more) => link("events", [source], { ...filters, ...more });
  const states = STATES.map(([state, label]) => el("a", { href: to({ state }), "aria-current": (filters.state ?? "") === state && "true" }, label));
  const more = ["code", "id", "data_id", "from", "to", "order", "test"].some((name) => filters[name] !== undefined);
  return el(
    "form.filters",
    { "aria-label": "Filters", "data-key": "filters" },
    el("label.choice", el("span.hint", "Source"), select("source", source, sources.map((name) => [name, name]))),
    el("div.choice", { role: "group", "aria-label": "State" }, el("span.hint", "State"), el("div.segments", states)),
    el("label.choice", el("span.hint", "Type"), input("type", filters.type, "invoice.* or a whole type")),
    destinations.length > 1 && el("label.choice", el("span.hint", "Destination"), select("destination", filters.destination ?? "", [["", "All"], ...destinations.map((name) => [name, name])])),
    el("label.choice", el("span.hint", "Received"), select("span", "", [["", filters.from || filters.to ? "Chosen below" : "At any time"], ...Object.entries(SPANS).map(([name, [label]]) => [name, label])])),
    el(
      "details.more",
      { open: more },
      el("summary", "More"),
      el("div.more-fields",
        el("label.choice", el("span.hint", "Last code"), input("code", filters.code, "destination_failed")),
        el("label.choice", el("span.hint", "Id"), input("id", filters.id, "")),
        el("label.choice", el("span.hint", "data.id in the body"), input("data_id", filters.data_id, "")),
        el("label.choice", el("span.hint", "From"), input("from", unread.from ?? filters.from, "2026-11-28 18:00", unread.from !== undefined)),
        el("label.choice", el("span.hint", "To"), input("to", unread.to ?? filters.to, "2026-11-28 19:00", unread.to !== undefined)),
        el("label.choice", el("span.hint", "Order"), select("order", filters.order ?? "", [["", "Newest first"], ["old", "Oldest first"]])),
        el("label.check", el("input", { type: "checkbox", name: "test", "data-change": "filter", checked: filters.test === "true" }), "Test events")),
    ),
  );
}

/** Where a change of the form leads; undefined if a time cannot be read. */
export function changed(source, filters, { name, value, checked }) {
  if (name === "source") return link("events", [value], { state: filters.state, type: filters.type, from: filters.from, to: filters.to });
  if (name === "test") return link("events", [source], { ...filters, test: checked ? "true" : "" });
  if (name === "span") {
    const [from, to] = SPANS[value]?.[1]() ?? [];
    return link("events", [source], { ...filters, from: from?.toISOString(), to: to?.toISOString() });
  }
  const text = value.trim();
  if (!["from", "to"].includes(name) || text === "") return link("events", [source], { ...filters, [name]: text });
  const seconds = readTime(text);
  return seconds === undefined ? undefined : link("events", [source], { ...filters, [name]: new Date(seconds * 1000).toISOString() });
}

/** The beginning of a day in UTC, so many days from today. */
const midnight = (days) => new Date(Math.floor(Date.now() / DAY_MS + days) * DAY_MS);

const input = (name, value, placeholder, isWrong = false) => el("input", { name, value: value ?? "", placeholder, "aria-invalid": isWrong && "true", "data-change": "filter", "data-key": name, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });

const select = (name, value, options) => el("select", { name, "data-change": "filter", "data-key": name }, options.map(([option, label]) => el("option", { value: option, selected: option === value }, label)));
