// Finds an event by its id, its hash or a record of the log, and explains a code. What is pasted is not kept in the URL.
import { aboutRecord } from "../src/log-record.js";
import { byId, el, prose } from "../src/dom.js";
import { Problem, eventPath, get } from "./api.js";
import { show } from "./ask.js";
import { meaningOf, showCode } from "./meaning.js";
import { say } from "./notice.js";
import { code } from "./parts.js";
import { link } from "./place.js";

const HASH = /^[0-9a-f]{16,64}$/;
const CODE = /^[a-z]+(_[a-z]+)*$/;

/** Searches when the form is submitted, or a log record is pasted. */
export function connectSearch(app) {
  const field = byId("search");
  const search = () => app.act(() => find(field.value.trim(), app));
  byId("search-form").addEventListener("submit", search);
  // After the browser has put it there.
  field.addEventListener("paste", () => setTimeout(() => recordIn(field.value) && search()));
}

async function find(text, app) {
  if (text === "") return;
  const record = recordIn(text);
  if (record !== undefined) return explain(record);
  if (HASH.test(text)) {
    const found = await lookup(text);
    if (found) return open(found);
  }
  if (app.sources.length === 0) app.sources = (await get("sources")).sources;
  const { found, failure } = await byEventId(text, app.sources.filter(({ fault }) => !fault).map(({ name }) => name));
  if (found) return open(found);
  if (CODE.test(text)) {
    const known = await orNothing(meaningOf(text));
    if (known) return showCode(known);
  }
  if (failure) throw failure;
  say(`No event and no code is called ${text.slice(0, 60)}.`, "bad");
}

/** A record of the log in what was pasted: it may have a time or a name before it. */
function recordIn(text) {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  try {
    const record = JSON.parse(text.slice(start, text.lastIndexOf("}") + 1));
    return typeof record.ev === "string" || typeof record.code === "string" ? record : undefined;
  } catch {
    return undefined;
  }
}

async function explain(record) {
  const found = typeof record.id_hash === "string" && HASH.test(record.id_hash) ? await lookup(record.id_hash) : undefined;
  byId("search").value = "";
  const event = found
    ? el("p", "Its event: ", el("a", { href: link("event", [found.source, found.id]), onclick: () => byId("dialog").close() }, found.id))
    : el("p.hint", record.id_hash ? "Its event is not known any more, or was never stored." : "The record names no event.");
  return show("A record of the log", [el("p", prose(aboutRecord(record))), event, typeof record.code === "string" && el("p.hint", "Code: ", code(record.code.slice(0, 80)))]);
}

/** The event of a hash, if it is known. */
const lookup = (hash) => orNothing(get("lookup", { hash }));

/** The event of that id in any source, and why one could not be asked: the others may have it all the same. */
async function byEventId(id, sources) {
  const asked = await Promise.allSettled(sources.map(async (source) => (await orNothing(get(eventPath(source, id)))) && { source, id }));
  return { found: asked.find(({ value }) => value)?.value, failure: asked.find(({ reason }) => reason)?.reason };
}

/** What an answer holds, or nothing where there is none, or no inbox that could have one. */
async function orNothing(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem && [400, 404].includes(error.status)) return undefined;
    throw error;
  }
}

function open({ source, id }) {
  byId("search").value = "";
  location.hash = link("event", [source, id]);
}

