// Whether the Worker itself is in order: faults with their fixes, key sets, capacity, versions.
import { el, icon } from "../src/dom.js";
import { get } from "./api.js";
import { announce, copy } from "./notice.js";
import { button, figure, note, table, words } from "./parts.js";
import { count, foreign, plural, size, time } from "./text.js";

/** The screen of the Worker's health. */
export function health(_, app) {
  let answer;
  return {
    name: "health",
    title: "Health",
    every: 10_000,
    actions: { report: () => copy(JSON.stringify({ ...answer, console: navigator.userAgent }, null, 2), "Copied the report. It holds no secret and no event.") },
    async load(signal) {
      answer = await get("health", {}, signal);
      announce(verdict(answer));
    },
    view: () => [
      el("div.bar", el("h1", "Health"), button("report", "Copy a report", { class: "small" })),
      el("p.verdict-line", { "data-good": String(wrongs(answer) === 0) }, icon(wrongs(answer) === 0 ? "pass" : "fail"), verdict(answer)),
      el("dl.figures", figure("Version", answer.version ?? "–"), figure("Schema", answer.schema ?? "–"), figure("Commit", app.session.commit ?? "–")),
      answer.problems?.map((problem) => note("bad", el("p", words(problem)))),
      faults(answer.faults ?? []),
      floor(answer.floor ?? []),
      sets(answer.key_sets ?? []),
      capacity(answer.capacity ?? []),
    ],
  };
}

const wrongs = ({ faults = [], problems = [] }) => faults.length + problems.length;
const verdict = (answer) => (wrongs(answer) === 0 ? "Everything is in order." : `${plural(wrongs(answer), "problem")}.`);

const section = (title, ...content) => el("section.health", el("h2", title), content);

function faults(all) {
  if (all.length === 0) return undefined;
  return section("Faults of the configuration", all.map(({ source, key, fault, fix }) => note("bad", el("p", el("strong", foreign(source)), key && [" ", el("code", key)], ": ", words(fault)), fix && el("p.hint", "Fix: ", words(fix)))));
}

function floor(sources) {
  return sources.length > 0 && section("Short keys", note("look", el("p", "These sources accept keys that can be guessed: ", sources.map((name, at) => [at > 0 && ", ", el("strong", foreign(name))]), ". Replace the keys, then remove ", el("code", "allow_short_keys"), ".")));
}

function sets(all) {
  if (all.length === 0) return undefined;
  const heads = [{ text: "Source" }, { text: "Key set" }, { text: "State" }, { text: "Keys", end: true }, { text: "Fetched" }, { text: "Used until" }];
  return section("Key sets", table("Key sets", heads, all.map(({ source, url, state, fetched_at: fetched, keys, until }) => ({ attributes: { "data-key": `${source} ${url}` }, cells: [foreign(source), el("code.wrap", foreign(url)), state, count(keys), time(fetched), time(until)] }))));
}

function capacity(all) {
  if (all.length === 0) return undefined;
  const heads = [{ text: "Source" }, { text: "Shard", end: true }, { text: "Stored" }, { text: "Known ids", end: true }];
  return section("Capacity", table("Capacity", heads, all.map(({ source, shard, bytes, max_bytes: most, ids }) => ({ attributes: { "data-key": `${source} ${shard}` }, cells: [foreign(source), shard, [el("meter", { value: bytes, max: most, high: most * 0.8, "aria-label": `Stored by ${source}` }), ` ${size(bytes)} of ${size(most)}`], count(ids)] }))));
}
