// The page: sends the fields to the core at every change, and draws the report.
import { byId } from "./dom.js";
import { explain, start, wasmBytes } from "./engine.js";
import { Form } from "./form.js";
import { connectFiles } from "./files.js";
import { connectMaker } from "./maker.js";
import { connectPaste } from "./paste-box.js";
import { show } from "./report.js";
import { countRequests } from "./requests.js";
import { connectTake } from "./take.js";
import { readFragment } from "./share.js";
import { measure } from "./measure.js";
import { commit, version } from "../engine/about.js";

const form = new Form(later);
/** The delivery that was checked last, to copy and share. */
let last;
let due = false;
let turns = 0;

/** Checks at most once per frame, however fast somebody types. */
function later() {
  if (due) return;
  due = true;
  requestAnimationFrame(check);
}

async function check() {
  due = false;
  const delivery = form.read();
  const turn = (turns += 1);
  const report = form.isEmpty ? undefined : await explain(delivery);
  if (turn !== turns) return;
  last = report && { ...delivery, report };
  show(report, delivery, { asOfItsTime: () => asOf(report.timestamp) });
}

function asOf(seconds) {
  form.fill({ now: seconds === undefined ? "" : String(seconds) });
  check();
}

/** Replaces everything, for a sample (`anew`); or only the given fields, for pasted text. */
function use(delivery, { anew }) {
  if (anew) form.clear();
  form.fill(delivery);
  check();
}

function restore() {
  const shared = readFragment(location.hash);
  if (shared === undefined) return;
  use(shared, { anew: true });
  byId("paste-note").textContent = "This delivery came with the link. The secret did not: links from this page never contain one.";
}

function connect() {
  connectPaste({ use, scheme: () => form.scheme });
  connectFiles({ body: (bytes) => use({ body: bytes }, { anew: false }), jwks: (text) => use({ jwks: text }, { anew: false }) });
  const maker = connectMaker({ use });
  connectTake({ current: () => last, isOwn: (secret) => maker.isOwn(secret) });
  byId("show-secret").addEventListener("click", showSecret);
  byId("now-delivery").addEventListener("click", () => asOf(last?.report.timestamp));
  byId("now-clock").addEventListener("click", () => asOf(undefined));
  byId("clear").addEventListener("click", () => (form.clear(), check(), byId("paste").focus()));
  for (const id of ["signed-hex", "signed-text"]) byId(id).addEventListener("change", check);
  byId("measure").addEventListener("click", runMeasure);
  matchMedia("(max-width: 520px)").addEventListener("change", check);
  addEventListener("hashchange", restore);
}

function showSecret() {
  const [field, button] = [byId("secret"), byId("show-secret")];
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

async function runMeasure() {
  const button = byId("measure");
  button.disabled = true;
  try {
    await measure(byId("strip"), (words) => (byId("measure-status").textContent = words));
  } catch (error) {
    byId("measure-status").textContent = error.message;
  }
  button.disabled = false;
}

function about() {
  byId("wasm-size").textContent = `${Math.round(wasmBytes / 1000)} KB of Wasm`;
  byId("version").textContent = commit === "" ? `version ${version}` : `version ${version}, ${commit}`;
  countRequests((count) => {
    byId("requests").textContent = count === 1 ? "1 request since load" : `${count} requests since load`;
    byId("requests").dataset.count = count;
  });
}

try {
  await start();
  connect();
  restore();
  await check();
  about();
  document.documentElement.dataset.ready = "";
} catch (error) {
  byId("failed").hidden = false;
  byId("failed-reason").textContent = error.message;
}
