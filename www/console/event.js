// One event: what became of it at each destination, and what it is.
import { el } from "../src/dom.js";
import { Problem, bytes, eventPath, get, post, remove } from "./api.js";
import { ask } from "./ask.js";
import { bodyView } from "./body-view.js";
import { copy, say } from "./notice.js";
import { button, copier, figure, note, stateTag, table, viewersNote, words } from "./parts.js";
import { asCurl, asVector, explainerLink } from "./taken.js";
import { foreign, shown, size, time } from "./text.js";
import { responses, timeline } from "./timeline.js";

const TABS = [["body", "Body"], ["headers", "Headers"], ["responses", "Responses"], ["curl", "curl"]];

/** The screen of one event. */
export function event({ parts: [source = "", id = ""], query }, app) {
  const path = (action) => eventPath(source, id, action);
  const state = { source, id, app, tab: TABS.find(([name]) => name === query.get("tab"))?.[0] ?? "body", mode: "pretty", body: undefined, why: undefined };
  const at = (destination) => (destination ? ` at ${destination}` : "");
  /** Asks, and does what the Worker calls so. */
  const doing = async (title, text, label, work, done, danger) => {
    if (app.acts && (await ask(title, el("p", text), label, { danger }))) await app.act(work, done);
  };
  const actions = {
    back: () => (location.hash = app.listOf(source)),
    tab: ({ tab }) => ((state.tab = tab), app.draw()),
    mode: ({ mode }) => ((state.mode = mode), app.draw()),
    replay: ({ destination }) => doing(`Replay this event${at(destination)}?`, "It is delivered again with the id that it had.", "Replay", () => post(path("replay"), { destination }), "The event will be delivered again."),
    discard: ({ destination }) => doing(`Discard this event${at(destination)}?`, "It is not attempted any more, and counts as dead. You can replay it for 30 days.", "Discard", () => post(path("discard"), { destination }), "The event is discarded.", true),
    forget: () => doing("Forget this event?", "Its body and its id are removed. If the sender sends it again, it is accepted as new. This cannot be undone.", "Forget", async () => {
      await remove(path());
      actions.back();
    }, "The event is forgotten.", true),
    body: () => fetchBody(state, path),
    download: async () => (await withBody(state, path)) && download(state),
    curl: async () => (await withBody(state, path)) && take(state, asCurl, (text) => copy(text, "Copied the curl command.")),
    vector: async () => (await withBody(state, path)) && take(state, asVector, (text) => copy(text, "Copied the test vector.")),
    explain: async () => (await withBody(state, path)) && explain(state),
    "copy-body": async () => (await withBody(state, path)) && copy(new TextDecoder().decode(state.body), "Copied the body."),
  };
  return {
    name: "event",
    title: shown(id).slice(0, 40) || "Event",
    every: 5_000,
    actions,
    keys: { r: "replay", u: "back" },
    async load(signal) {
      state.event = await get(path(), {}, signal);
      state.scheme ??= (app.sources.length > 0 ? app.sources : (app.sources = (await get("sources", {}, signal)).sources)).find(({ name }) => name === source)?.scheme;
    },
    view: () => view(state),
  };
}

/** Fetches the body once, and only if it is asked for. */
async function fetchBody(state, path) {
  try {
    state.body = await bytes(path("body"));
    state.why = undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) return state.app.load(), false;
    state.why = error;
  }
  state.app.draw();
  return state.body !== undefined;
}

async function withBody(state, path) {
  if (state.body !== undefined || (await fetchBody(state, path))) return true;
  if (state.why !== undefined) say(reason(state.why).replaceAll("`", ""), "bad");
  return false;
}

const WHY = {
  bodies_hidden: "The configuration hides bodies. To show them here, set `bodies = true` under `[vars.ADMIN]`.",
  body_gone: "The body is not kept any more: it was delivered everywhere, and its retention is over.",
  forbidden: "Viewers see no bodies. Sign in with the admin token.",
};

const reason = ({ code: name, message }) => WHY[name] ?? message;

/** The event as a delivery that can be copied. */
const taken = ({ source, event, body, scheme }) => ({ scheme, source, headers: event.headers ?? [], body, event });

/** Makes something of the delivery, and gives it to `then`. It may be too large for that. */
async function take(state, format, then) {
  try {
    await then(format(taken(state)));
  } catch (error) {
    say(error.message, "bad");
  }
}

/** Opens the page with the delivery, where this Worker serves it. */
async function explain(state) {
  const page = await fetch("/", { method: "HEAD", redirect: "error" }).catch(() => undefined);
  if (page?.ok && page.headers.get("content-type")?.startsWith("text/html")) await take(state, explainerLink, (link) => open(link, "_blank", "noopener"));
  else say("This Worker does not serve the explainer: enable [assets] in wrangler.toml.", "bad");
}

function download({ id, body }) {
  const url = URL.createObjectURL(new Blob([body], { type: "application/octet-stream" }));
  el("a", { href: url, download: `${id.replace(/[^\w.-]/g, "_").slice(0, 80)}.body` }).click();
  URL.revokeObjectURL(url);
}

function view(state) {
  const { source, id, event, app } = state;
  return [
    el("p.crumbs", el("a", { href: app.listOf(source) }, source), " / event"),
    el("h1.event-id", foreign(id)),
    el("p.event-head", stateTag(event.state), event.type && el("span", foreign(event.type)), event.test && el("span.tag", "test"), copier(id, "Copy id", "Copied the id.")),
    app.acts ? acts(state) : viewersNote(),
    el("dl.figures", facts(event)),
    el("div.event-columns", el("section.card", { "aria-labelledby": "timeline-title" }, el("h2", { id: "timeline-title" }, "Deliveries"), timeline(event, app.acts)), el("section.card", { "aria-label": "Contents" }, tabs(state), panel(state))),
  ];
}

function acts({ event }) {
  const isOver = event.state !== "pending";
  return el("p.buttons.event-acts", button("replay", "Replay", { class: "primary", disabled: event.body === "gone" }), !isOver && button("discard", "Discard", { id: "discard", class: "danger" }), button("forget", "Forget", { id: "forget", class: "danger" }), event.body === "gone" && el("span.hint", "Without its body, the event cannot be replayed."));
}

function facts(event) {
  const skew = event.skew_s;
  return [
    figure("Received", time(event.received_at)),
    figure("Signed with", Number.isFinite(event.key_index) ? `key ${event.key_index + 1}${event.form ? ` (${event.form})` : ""}` : event.form ?? "–"),
    figure("Clock skew", Number.isFinite(skew) ? `${skew} s` : "–"),
    figure("Size", size(event.bytes)),
    figure("Body", event.body === "gone" ? "not kept any more" : ["kept", event.forgotten_at && [" until ", time(event.forgotten_at)]]),
  ];
}

function tabs({ tab }) {
  return el("div.tabs", { role: "tablist", "aria-label": "Contents" }, TABS.map(([name, label]) => el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", "aria-selected": String(name === tab), tabindex: name === tab ? "0" : "-1", "data-do": "tab", "data-tab": name }, label)));
}

function panel(state) {
  const { tab, event } = state;
  const content = { body: () => body(state), headers: () => headers(event), responses: () => responses(event), curl: () => curl(state) };
  return el("div.panel", { role: "tabpanel", id: "panel", "aria-labelledby": `tab-${tab}`, "data-key": `panel-${tab}` }, content[tab]());
}

function body(state) {
  const { event, app, why, mode } = state;
  const hash = event.body_sha256 && el("p.hash", el("span.hint", "SHA-256 "), el("code.wrap", event.body_sha256));
  if (event.body === "gone" || why?.code === "body_gone") return [note("look", el("p", "The body is not kept any more.")), hash];
  if (!app.acts) return [note("look", el("p", "Viewers see no bodies.")), hash];
  const failed = why && note("look", el("p", words(reason(why))));
  if (WHY[why?.code]) return [failed, hash];
  if (state.body === undefined) return [failed, el("p.buttons", button("body", "Show the body", { class: "primary" }), button("download", "Download")), el("p.hint", "A body may hold personal data, so it is fetched only when you ask."), hash];
  return [bodyView(state.body, mode), hash];
}

function headers({ headers: pairs = [] }) {
  if (pairs.length === 0) return el("p.hint", "No headers are kept.");
  const rows = pairs.map(([name, value]) => ({ attributes: {}, cells: [el("code", shown(name)), el("code.wrap", foreign(value))] }));
  return [el("p.hint", "Credentials are left out, and signatures are shortened."), table("Headers", [{ text: "Name" }, { text: "Value" }], rows)];
}

function curl({ app }) {
  if (!app.acts) return note("look", el("p", "A copy holds the body, which viewers do not see."));
  return [
    el("p", "Take this delivery with you, with its body."),
    el("p.buttons", button("curl", "Copy as curl"), button("vector", "Copy as a test vector"), button("explain", "Open in the explainer")),
    el("p.hint", "Replace the address with your application’s. Signatures are shortened in what the Worker shows, so a copy does not verify: to deliver this event again, replay it."),
  ];
}
