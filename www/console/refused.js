// What was refused in the last day, by source and code, and the deliveries that a capture kept whole.
import { el } from "../src/dom.js";
import { get, post, remove } from "./api.js";
import { ask } from "./ask.js";
import { captureList } from "./captures.js";
import { meaningOf, showCode } from "./meaning.js";
import { announce } from "./notice.js";
import { button, code, empty, table, viewersNote } from "./parts.js";
import { link } from "./place.js";
import { hours } from "./sparkline.js";
import { count, foreign, time } from "./text.js";

/** The screen of refusals, of one source or of all. */
export function refused({ query }, app) {
  const state = { app, source: query.get("source") ?? undefined, reports: new Map() };
  const path = (more) => `${encodeURIComponent(state.source)}/${more}`;
  return {
    name: "refused",
    title: "Refused",
    every: 5_000,
    actions: {
      source: (_, __, element) => (location.hash = link("refused", [], { source: element.value })),
      capture: () => begin(state, path),
      stop: () => app.act(() => remove(path("capture")), "Nothing more is captured."),
      explain: ({ capture }) => toggle(state, path, capture),
      meaning: ({ code: name }) => app.act(async () => void showCode(await meaningOf(name))),
    },
    async load(signal) {
      if (app.sources.length === 0) app.sources = (await get("sources", {}, signal)).sources;
      state.answer = await get("refused", { source: state.source }, signal);
      announce(`${count(total(state.answer.by_code))} refused`);
      // There is none of a source at fault, and none where nothing is counted.
      state.kept = state.source && (await get(path("captures"), {}, signal).catch((error) => (error.status === 404 ? undefined : Promise.reject(error))));
    },
    view: () => view(state),
  };
}

const total = (rows) => rows.reduce((sum, row) => sum + row.total, 0);

async function begin(state, path) {
  const question = [
    el("p", "The next 20 refused deliveries of ", el("strong", state.source), " are kept whole, with headers and bodies, 2 MiB together. This ends by itself after 15 minutes."),
    el("p.hint", "What is captured comes from whoever sends, also from strangers. It may hold personal data, and is removed after a day."),
  ];
  if (await ask("Capture refused deliveries?", question, "Capture")) await state.app.act(() => post(path("capture")), "Capturing. It takes up to ten seconds until every instance of the Worker knows.");
}

/** Shows the report on a capture, or hides it. */
async function toggle(state, path, capture) {
  if (state.reports.has(capture)) return state.reports.delete(capture), state.app.draw();
  await state.app.act(async () => state.reports.set(capture, (await get(path(`captures/${encodeURIComponent(capture)}/explain`))).report));
}

function view(state) {
  const { answer, source, app } = state;
  const options = [["", "All sources"], ...app.sources.map(({ name }) => [name, name])];
  return [
    el("h1", "Refused"),
    el("form.filters", { "aria-label": "Filters", "data-key": "filters" }, el("label.choice", el("span.hint", "Source"), el("select", { "data-change": "source" }, options.map(([value, label]) => el("option", { value, selected: value === (source ?? "") }, label))))),
    el("p.summary.spaced", `${count(total(answer.by_code))} refused since `, time(answer.since), answer.by_code.length > 0 && ". Choose a code to read what it means."),
    answer.by_code.length === 0 ? empty("Nothing was refused", el("p", "Each delivery that is refused is counted here for a day, by its code.")) : counts(answer.by_code),
    el("h2.captures-title", "Captures"),
    source === undefined ? el("p.summary", "Choose a source to capture what it refuses.") : state.kept === undefined ? impossible() : captures(state),
  ];
}

function counts(rows) {
  const heads = [{ text: "Source" }, { text: "Code" }, { text: "24 hours" }, { text: "Total", end: true }];
  return table("Refusals by source and code", heads, rows.map((row) => ({
    attributes: { "data-key": `${row.source} ${row.code}`, "data-code": row.code },
    cells: [row.source ? el("a", { href: link("refused", [], { source: row.source }) }, foreign(row.source)) : el("span.hint", "no source"), button("meaning", code(row.code), { class: "link", "data-item": "" }), hours(row.hours), count(row.total)],
  })));
}

const impossible = () => el("p.summary", "Nothing of this source can be captured: it is not configured or at fault, or ", el("code", "counts = false"), " is set in ", el("code", "[vars.ADMIN]"), ".");

function captures(state) {
  const { kept, app } = state;
  const { capturing } = kept;
  return [
    el("p.buttons.spaced", !app.acts ? viewersNote() : capturing ? button("stop", "Stop capturing") : button("capture", "Capture the next 20", { class: "primary" }), capturing && el("span.hint", "Capturing: ", `${count(capturing.left)} more, until `, time(capturing.until))),
    kept.captures.length === 0 ? el("p.summary", capturing ? "Nothing was refused since." : "Nothing is captured. A capture shows what exactly was refused, and why.") : captureList(kept.captures, state.reports, app.acts),
  ];
}
