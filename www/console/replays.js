// Replaying what a filter finds: counted first, then done by a job of the Worker, which goes on when the console is closed.
import { el } from "../src/dom.js";
import { get, post, remove } from "./api.js";
import { ask } from "./ask.js";
import { inWords, isFiltered, replayable } from "./filters.js";
import { say } from "./notice.js";
import { button, stateTag } from "./parts.js";
import { count, distance, foreign, plural, time } from "./text.js";

const RATE = "50/s";

/** Counts what would be replayed, asks, and begins a job. */
export async function replayMatching(source, filters, act) {
  if (filters.state === "filtered") return say("Filtered events are replayed one by one: select them.", "bad");
  // The Worker replays no event for which nobody asked.
  if (!isFiltered(filters)) return say("Say first what to replay, by a state, a type or a time for example.", "bad");
  let found;
  await act(async () => (found = await post(`${source}/replay`, { ...replayable(filters), dry_run: "true" })));
  if (found === undefined) return;
  if (found.count === 0) return say("Nothing matches, so there is nothing to replay.");
  const events = `${found.complete ? "" : "At least "}${plural(found.count, "event")}`;
  const content = [
    el("p", el("strong", { id: "replay-count" }, events), found.count === 1 && found.complete ? " matches: " : " match: ", foreign(inWords(replayable(filters))), "."),
    el("p", `They are delivered again at ${RATE.replace("/s", " a second")}, each with the id that it had. You can cancel this.`),
  ];
  if (!(await ask(`Replay ${events.toLowerCase()}?`, content, "Replay"))) return;
  await act(() => post(`${source}/replay`, { ...replayable(filters), rate: RATE }), "The replay has begun.");
}

/** The jobs of a source. */
export const jobsOf = async (source, signal) => (await get(`${source}/jobs`, {}, signal)).jobs;

/** Cancels a job. */
export const cancelJob = (source, job) => remove(`${source}/jobs/${encodeURIComponent(job)}`);

/** The jobs that run, and the last one that ended. */
export function jobList(jobs, acts) {
  const shown = jobs.filter(({ state }, at) => state === "running" || at === 0);
  return shown.length > 0 && el("ul.jobs", { "aria-label": "Replays" }, shown.map((job) => row(job, acts)));
}

function row({ id, state, filter, matched, replayed, looked_at: looked, began_at: began, ended_at: ended, by }, acts) {
  const total = Number.isFinite(matched) && matched > 0 ? matched : undefined;
  return el(
    "li.job",
    { "data-key": id, "data-job": id, "data-state": state },
    stateTag(state),
    el("span", "Replayed ", el("strong", count(replayed)), total !== undefined && ` of ${count(total)}`, ": ", foreign(typeof filter === "string" ? filter : inWords(filter ?? {}))),
    state === "running" && total !== undefined && el("progress", { value: Math.min(replayed, total), max: total, "aria-label": "Progress of the replay" }),
    el("span.hint", Number.isFinite(looked) && state === "running" && `${count(looked)} looked at, `, "begun ", time(began), by && ` by ${by}`, ended && `, took ${distance(new Date(Date.now() - (Date.parse(ended) - Date.parse(began))).toISOString())}`),
    state === "running" && acts && button("cancel", "Cancel", { class: "small", "data-job": id }),
  );
}
