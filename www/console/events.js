// The list of one source's events. It follows what happens without moving: what is new waits behind a button.
import { capital, el } from "../src/dom.js";
import { eventPath, get, post, told } from "./api.js";
import { ask } from "./ask.js";
import { changed, filterForm, filtersOf, isFiltered } from "./filters.js";
import { announce, save, say } from "./notice.js";
import { button, code, copier, empty, note, stateTag, table, viewersNote } from "./parts.js";
import { link } from "./place.js";
import { cancelJob, jobList, jobsOf, replayMatching } from "./replays.js";
import { firstDelivery } from "./samples.js";
import { count, foreign, plural, size, time } from "./text.js";

const PAGE = 50;
/** An export ends after this many events: a browser keeps them in memory. */
const MOST_EXPORTED = 10_000;

/** The screen of a source's events; without a source in the place, of the first one. */
export function events({ parts, query }, app) {
  const list = new List(parts[0], filtersOf(query), app);
  return {
    name: "events",
    title: "Events",
    every: 4_000,
    actions: {
      filter: (_, __, element) => list.filter(element),
      newer: () => list.showNew(),
      older: () => list.older(),
      pick: (_, __, element) => list.pick(element),
      toggle: ({ row }) => list.toggle(row),
      replay: ({ id, destination }) => list.replay(list.picked.size > 0 ? [...list.picked.values()] : id ? [{ id, destination }] : []),
      matching: () => replayMatching(list.source, list.filters, app.act),
      cancel: ({ job }) => app.act(() => cancelJob(list.source, job), "The replay is cancelled."),
      export: () => list.export(),
    },
    keys: { x: "toggle", r: "replay", n: "newer" },
    load: (signal) => list.load(signal),
    view: () => list.view(),
  };
}

class List {
  rows = [];
  picked = new Map();
  fresh = 0;
  cursor;
  newest;
  unscanned;
  /** Which shards the list is without, in words: they did not answer, and no later page has their events. */
  missing;
  jobs = [];

  constructor(source, filters, app) {
    Object.assign(this, { source, filters, app });
  }

  /** The first page; later, whether there is more, and what became of the rows that are shown. */
  async load(signal) {
    if (this.app.sources.length === 0) this.app.sources = (await get("sources", {}, signal)).sources;
    this.source ??= this.app.sources[0]?.name;
    if (this.source === undefined) return;
    const isFirst = this.newest === undefined;
    const jobs = await jobsOf(this.source, signal).catch((error) => ([404, 503].includes(error.status) ? [] : Promise.reject(error)));
    const hasReplayed = JSON.stringify(jobs) !== JSON.stringify(this.jobs);
    if (isFirst || hasReplayed || this.rows.some(({ state }) => state === "pending")) await this.#page(isFirst, signal);
    this.jobs = jobs;
    if (!isFirst && this.filters.order !== "old") {
      const { events: newer } = await this.#ask({ after: this.newest, limit: 200 }, signal);
      this.fresh = newer.length;
    }
    announce(this.fresh > 0 ? `${this.fresh} new` : isFirst ? `${plural(this.rows.length, "event")}${this.cursor ? " or more" : ""}` : "");
  }

  /** The first page, to begin with, or to bring up to date what is shown of it. */
  async #page(isFirst, signal) {
    const { events: rows, cursor, newest, unscanned, silent } = await this.#ask({ limit: PAGE }, signal);
    if (isFirst) return Object.assign(this, { rows, cursor, newest: newest ?? "", unscanned, missing: missing({ unscanned, silent }) });
    const [now, last] = [new Map(rows.map((row) => [keyOf(row), row])), rows.at(-1)?.received_at];
    const isOlder = this.filters.order === "old" ? (at) => at > last : (at) => at < last;
    // What this page would have, and has not, matches the filters no more. With a shard that does not respond, nothing is known of it.
    const hasLeft = ({ received_at: at }) => !unscanned && (!cursor || (at !== last && !isOlder(at)));
    this.rows = this.rows.map((row) => now.get(keyOf(row)) ?? (hasLeft(row) ? { ...row, state: "left", next_attempt_at: null } : row));
  }

  #ask(more, signal) {
    return get(`${this.source}/events`, { ...this.filters, ...more }, signal);
  }

  async showNew() {
    this.newest = undefined;
    this.fresh = 0;
    await this.app.load();
  }

  async older() {
    await this.app.act(async () => {
      const { events: rows, cursor, unscanned, silent } = await this.#ask({ limit: PAGE, cursor: this.cursor });
      const known = new Set(this.rows.map(keyOf));
      this.missing ??= missing({ unscanned, silent });
      Object.assign(this, { rows: [...this.rows, ...rows.filter((row) => !known.has(keyOf(row)))], cursor, unscanned: this.missing ?? unscanned });
    });
  }

  filter(element) {
    const to = changed(this.source, this.filters, element);
    if (to !== undefined) return void (location.hash = to);
    // It stays there to be corrected.
    this.unread = { [element.name]: element.value };
    say("This is not a time that the console can read. Write 2026-11-28 18:00, in UTC, or a Unix time.", "bad");
    this.app.draw();
  }

  pick({ checked, dataset: { row } }) {
    const found = this.rows.find((one) => keyOf(one) === row);
    if (checked && found) this.picked.set(row, found);
    else this.picked.delete(row);
    this.app.draw();
  }

  toggle(row) {
    const box = row && this.app.acts && document.querySelector(`#main tr[data-row="${CSS.escape(row)}"] input`);
    box?.click();
  }

  async replay(rows) {
    if (rows.length === 0 || !this.app.acts) return;
    const content = el("ul.plain", rows.slice(0, 8).map(({ id, destination }) => el("li", foreign(id), destination && [" at ", foreign(destination)])), rows.length > 8 && el("li", `and ${rows.length - 8} more`));
    if (!(await ask(`Replay ${plural(rows.length, "event")}?`, content, "Replay"))) return;
    await this.app.act(async () => {
      const refused = [];
      for (const { id, destination } of rows) {
        // Whatever else fails leaves the others selected.
        await post(eventPath(this.source, id, "replay"), { destination }).catch((error) => (isOfOne(error) ? refused.push(error) : Promise.reject(error)));
        this.picked.delete(keyOf({ id, destination }));
      }
      this.newest = undefined;
      const done = `${plural(rows.length - refused.length, "event")} will be delivered again.`;
      say(refused.length > 0 ? `${done} Not ${count(refused.length)} of them: ${told(refused[0])}` : done, refused.length > 0 ? "bad" : "good");
    });
  }

  /** One line for each event that matches. No body is in it. */
  async export() {
    await this.app.act(async () => {
      const lines = [];
      let [cursor, without] = [];
      do {
        const page = await this.#ask({ limit: 200, cursor });
        lines.push(...page.events.map((row) => `${JSON.stringify(row)}\n`));
        cursor = page.cursor;
        without ??= missing(page);
      } while (cursor && lines.length < MOST_EXPORTED);
      save(`${this.source}-events.ndjson`, lines, "application/x-ndjson");
      const exported = `Exported ${plural(lines.length, "event")}${cursor ? `: the first ${count(MOST_EXPORTED)}` : ""}.`;
      say(without ? `${exported} It is not all: ${without}.` : exported, without && "bad");
    });
  }

  view() {
    const { source, filters, app } = this;
    if (source === undefined) return [el("h1", "Events"), empty("There is no source yet")];
    const known = app.sources.find(({ name }) => name === source);
    return [
      el("h1", "Events"),
      filterForm(source, filters, app.sources.map(({ name }) => name), known?.destinations?.map(({ name }) => name) ?? [], this.unread),
      jobList(this.jobs, app.acts),
      this.#bar(),
      this.rows.length > 0 ? this.#table(known) : this.#none(known),
      this.unscanned && note("look", el("p", capital(this.unscanned), ".", this.cursor && !this.missing && " “Older events” goes on from there.")),
      this.cursor && el("p.buttons.after", button("older", "Older events")),
    ];
  }

  #bar() {
    const picked = this.picked.size;
    return el(
      "div.bar",
      el("p.summary", `${count(this.rows.length)}${this.cursor ? "+" : ""} ${this.rows.length === 1 ? "event" : "events"}`, this.fresh > 0 && [" ", button("newer", `${this.fresh}${this.fresh === 200 ? "+" : ""} new`, { class: "chip new", "aria-keyshortcuts": "n" })]),
      el("p.buttons", this.app.acts ? [picked > 0 && button("replay", `Replay ${picked} selected`, { id: "replay-selected", class: "primary small" }), button("matching", "Replay matching …", { class: "small" })] : viewersNote(), button("export", "Export NDJSON", { class: "small" })),
    );
  }

  #table(known) {
    const hasSeveral = known?.destinations?.length > 1;
    const heads = [this.app.acts && { text: "Select" }, { text: "Received" }, { text: "Type" }, { text: "Id" }, hasSeveral && { text: "Destination" }, { text: "State" }, { text: "Attempts", end: true }, { text: "Last response" }, { text: "Next attempt" }, { text: "Size", end: true }].filter(Boolean);
    return table("Events", heads, this.rows.map((row) => this.#row(row, hasSeveral)));
  }

  #row(row, hasSeveral) {
    const key = keyOf(row);
    const box = el("input", { type: "checkbox", "aria-label": `Select ${row.id.slice(0, 80)}`, "data-change": "pick", "data-row": key, checked: this.picked.has(key) });
    const response = row.last_status > 0 ? [el("span", { class: row.last_status > 299 && "bad" }, row.last_status), " "] : undefined;
    return {
      attributes: { "data-key": key, "data-row": key, "data-id": row.id, "data-destination": row.destination },
      cells: [
        this.app.acts && box,
        time(row.received_at),
        row.type ? [foreign(row.type), row.test && el("span.tag", "test")] : "–",
        el("a.clip", { href: link("event", [this.source, row.id]), "data-item": "", title: row.id.length > 40 ? row.id.slice(0, 300) : undefined }, foreign(row.id)),
        hasSeveral && foreign(row.destination ?? "–"),
        stateTag(row.state),
        count(row.attempts),
        row.attempts > 0 ? [response, row.last_code && row.last_code !== "delivered" && code(row.last_code)] : "–",
        row.next_attempt_at ? time(row.next_attempt_at) : "–",
        size(row.bytes),
      ].filter((cell) => cell !== false),
    };
  }

  #none(known) {
    const { source, filters } = this;
    if (this.cursor || this.unscanned) return empty("Nothing found so far");
    const tests = filters.test === undefined && el("p.hint", "Test events are left out. ", el("a", { href: link("events", [source], { ...filters, test: "true" }) }, "Show them too"), ".");
    if (isFiltered(filters)) return empty("No event matches", el("p", "Change the filters, or ", el("a", { href: link("events", [source]) }, "remove them"), "."), tests);
    if (known?.durable === false) return empty("This source passes events through", el("p", "It stores none. Set ", el("code", "durable = true"), " to list, replay and retry its events."));
    const command = known && firstDelivery(known);
    return empty("Nothing has arrived yet", known?.url && el("p", "Register this URL at the sender: ", el("code.wrap", known.url), " ", copier(known.url, "Copy", "Copied the URL.")), command && [el("p", "Or send an event from a terminal:"), el("pre", { tabindex: "0", role: "region", "aria-label": "Command" }, command), el("p", copier(command, "Copy the command", "Copied the command."))]);
  }
}

/** Which shards a page of a list is without, in the Worker's words. While a new version is rolled out, a list may be an old one's. */
const missing = ({ unscanned, silent }) => (silent?.length > 0 ? unscanned : undefined);

/** Whether only this event cannot be replayed: another operator may have forgotten it, or its body is gone. */
const isOfOne = ({ status }) => status === 404 || status === 409;

/** A row is one event at one destination. */
const keyOf = ({ id, destination }) => JSON.stringify([id, destination]);
