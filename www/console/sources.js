// The first screen: what works and what does not, source by source.
import { capital, el, icon } from "../src/dom.js";
import { get, post } from "./api.js";
import { ask } from "./ask.js";
import { announce, say } from "./notice.js";
import { button, code, copier, empty, figure, note, stateTag, words } from "./parts.js";
import { link } from "./place.js";
import { firstDelivery } from "./samples.js";
import { sparkline } from "./sparkline.js";
import { count, distance, foreign, milliseconds, plural, size, time } from "./text.js";

/** The screen of all sources. */
export function sources(_, app) {
  let answer;
  const actions = {
    async pause({ source, destination }, { act }) {
      const question = el("p", "Nothing is attempted at ", el("strong", foreign(destination)), " until it is resumed. New events are accepted and stored.");
      if (await ask(`Pause ${destination}?`, question, "Pause")) await act(() => post(`${source}/pause`, { destination }), `${destination} is paused.`);
    },
    resume: ({ source, destination }, { act }) => act(() => post(`${source}/resume`, { destination }), `${destination} is resumed.`),
    // The key has one meaning: whatever is not paused is paused.
    hold(data, context) {
      const known = app.sources.find(({ name }) => name === data.source);
      const destination = known?.destinations?.find(({ name }) => name === data.destination) ?? (known?.destinations?.length === 1 ? known.destinations[0] : undefined);
      if (!app.acts || destination === undefined || ["orphaned", "unknown"].includes(destination.state)) return undefined;
      return actions[destination.state === "paused" ? "resume" : "pause"]({ source: known.name, destination: destination.name }, context);
    },
    test: ({ source }, { act }) => act(async () => say(`A test event was sent: ${(await post(`${source}/test`)).id}.`)),
  };
  return {
    name: "sources",
    title: "Sources",
    every: 5_000,
    actions,
    keys: { p: "hold" },
    async load(signal) {
      answer = await get("sources", {}, signal);
      app.sources = answer.sources;
      announce(summary(answer.sources));
    },
    view: () => [
      el("h1", "Sources"),
      el("p.summary", summary(answer.sources)),
      answer.missing?.map((sentence) => note("look", el("p", words(sentence)))),
      answer.sources.length === 0 ? none() : el("div.sources", answer.sources.map((source) => card(source, app))),
    ],
  };
}

function summary(sources) {
  const sum = (member) => sources.reduce((total, source) => total + (source[member] ?? 0), 0);
  return `${plural(sources.length, "source")} · ${count(sum("pending"))} pending · ${count(sum("dead"))} dead · ${count(sum("accepted_last_hour"))} accepted and ${count(sum("refused_last_hour"))} refused in the last hour`;
}

const none = () => empty("There is no source yet", el("p", "Describe one under ", el("code", "[vars.SOURCES.…]"), " in ", el("code", "wrangler.toml"), ", and deploy."));

function card(source, app) {
  const health = source.fault || source.problem ? "bad" : source.destinations?.some(({ state }) => state === "broken") || source.dead > 0 ? "look" : "good";
  return el(
    "article.card.source",
    { "data-key": source.name, "data-source": source.name, "data-health": health, "aria-label": source.name },
    el("header.source-head", icon(SIGNS[health]), el("h2", el("a", { href: link("events", [source.name]), "data-item": "" }, source.name)), source.scheme && el("span.scheme", source.scheme, source.form && ` · ${source.form}`), source.durable === false && el("span.scheme", "passed through")),
    address(source, app),
    source.fault && note("bad", el("p", source.fault.key && [el("code", source.fault.key), " "], words(source.fault.detail)), source.fault.fix && el("p.hint", words(source.fault.fix))),
    source.problem && note("bad", el("p", words(capital(source.problem)), ".", !isSilent(source) && " The counts below are without it.")),
    !source.fault && hour(source),
    !source.fault && el("dl.figures", figures(source)),
    source.destinations?.length > 0 && destinations(source, app),
    source.failing?.length > 0 && failing(source),
    !source.fault && !source.problem && isIdle(source) && first(source),
  );
}

const SIGNS = { good: "pass", look: "note", bad: "fail" };

function address(source, app) {
  if (!source.url) return undefined;
  const test = source.can_test && !source.fault && app.acts && button("test", "Send a test event", { "data-source": source.name, "aria-label": `Send a test event to ${source.name}`, class: "small" });
  return el("p.address", el("code.wrap", source.url), copier(source.url, "Copy URL", "Copied the URL.", { "aria-label": `Copy URL of ${source.name}` }), test);
}

function hour(source) {
  return el("div.hour", sparkline(source.hour ?? []), el("p.hint", `Last hour: ${count(source.accepted_last_hour ?? 0)} accepted, `, refusedLink(source)));
}

const refusedLink = ({ name, refused_last_hour: refused = 0 }) => el("a", { href: link("refused", [], { source: name }), class: refused > 0 && "bad" }, `${count(refused)} refused`);

/** Whether none of its objects answers: its counts are unknown. */
const isSilent = ({ destinations = [] }) => destinations.length > 0 && destinations.every(({ state }) => state === "unknown");

function figures(source) {
  if (source.durable === false) return figure("p95", milliseconds(source.p95_ms ?? NaN));
  if (isSilent(source)) return ["Pending", "Dead", "Oldest pending", "p95", "Stored"].map((name) => figure(name, "–"));
  const states = ["pending", "dead"].map((state) => figure(state === "dead" ? "Dead" : "Pending", el("a", { href: link("events", [source.name], { state }), class: state === "dead" && source.dead > 0 && "bad" }, count(source[state] ?? 0))));
  return [
    states,
    figure("Oldest pending", source.oldest_pending_at ? distance(source.oldest_pending_at) : "–"),
    figure("p95", milliseconds(source.p95_ms ?? NaN)),
    figure("Stored", source.max_bytes ? `${size(source.stored_bytes ?? 0)} of ${size(source.max_bytes)}` : size(source.stored_bytes ?? NaN)),
  ];
}

function destinations(source, app) {
  return el("ul.destinations", { "aria-label": `Destinations of ${source.name}` }, source.destinations.map((destination) => row(source, destination, app)));
}

function row(source, { name, to, state, since, why, pending, dead, p95_ms: p95, oldest_pending_at: oldest, next_attempt_at: next }, app) {
  const data = { "data-source": source.name, "data-destination": name };
  const named = (action, label) => button(action, label, { ...data, "aria-label": `${label} ${name} of ${source.name}`, class: "small" });
  const act = app.acts && (state === "paused" ? named("resume", "Resume") : !["orphaned", "unknown"].includes(state) && named("pause", "Pause"));
  return el(
    "li.destination",
    { "data-key": name, ...data, "data-state": state },
    el("div.destination-name", el("strong", foreign(name)), to && el("span.hint", ` → ${to}`)),
    el("div.destination-state", stateTag(state), since && state !== "open" && el("span.hint", " since ", time(since)), why && el("span.hint", ": ", code(why))),
    state !== "unknown" && el("div.destination-counts", counts(source, { name, pending, dead, oldest, next, p95 })),
    el("div.destination-act", act),
  );
}

/** What is known of a destination in numbers, none of which is parted from its unit at the end of a line. */
function counts(source, { name, pending, dead, oldest, next, p95 }) {
  const to = (state) => link("events", [source.name], { destination: name, state });
  const all = [
    el("a", { href: to("pending"), "data-item": "" }, `${count(pending ?? 0)} pending`),
    el("a", { href: to("dead"), class: dead > 0 && "bad" }, `${count(dead ?? 0)} dead`),
    oldest && `oldest ${distance(oldest)}`,
    next && ["next ", time(next)],
    Number.isFinite(p95) && `p95 ${milliseconds(p95)}`,
  ].filter(Boolean);
  return all.map((one, at) => [at > 0 && ", ", el("span.unit", one)]);
}

function failing({ name, failing: groups }) {
  return el(
    "div.failing",
    el("h3", "Failing"),
    el("ul", groups.toSorted((one, other) => other.count - one.count).map((group) => el("li", el("a", { href: link("events", [name], { code: group.code, destination: group.destination }) }, icon("fail"), count(group.count), " × ", code(group.code), group.destination && [" at ", foreign(group.destination)])))),
  );
}

const isIdle = (source) => ["pending", "delivered", "dead", "filtered", "accepted_last_hour", "refused_last_hour"].every((member) => (source[member] ?? 0) === 0);

function first(source) {
  const command = firstDelivery(source);
  return el(
    "details.first",
    el("summary", "Nothing has arrived yet. How to send the first event"),
    el("p", "Register the URL above at the sender."),
    command && [el("p", "Or send one from a terminal:"), el("pre", { tabindex: "0", role: "region", "aria-label": "Command" }, command), el("p.buttons", copier(command, "Copy the command", "Copied the command."))],
  );
}
