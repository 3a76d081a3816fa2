// The page: sends the fields to the core at every change, and draws the report.
import { byId } from "./dom.js";
import { explain, start, wasmBytes } from "./engine.js";
import { Form } from "./form.js";
import { connectFiles } from "./files.js";
import { connectMaker } from "./maker.js";
import { measure } from "./measure.js";
import { aboutFix, forget } from "./notes.js";
import { connectPaste } from "./paste-box.js";
import { connectReceiverCode } from "./receiver-code-view.js";
import { show } from "./report.js";
import { countRequests } from "./requests.js";
import { connectTake, toClipboard } from "./take.js";
import { keepOffline } from "./keep-offline.js";
import { readFragment } from "./share.js";
import { commit, version } from "../engine/about.js";

const form = new Form({ changed, chosen });
/** The delivery that was checked last, to copy and share. */
let last;
/** Whether the fields hold the example that the page opens with, and nobody has touched it. */
let isOpening = false;
let due = false;
let turns = 0;

/** Somebody typed into a field. Checks at most once per frame, however fast. */
function changed(field) {
  isOpening = false;
  forget(field);
  if (due) return;
  due = true;
  requestAnimationFrame(check);
}

/** Somebody chose a sender: the example that the page opens with is of another one. */
function chosen() {
  if (isOpening) form.clear(form.scheme);
  changed();
}

async function check() {
  due = false;
  const delivery = form.read();
  const turn = (turns += 1);
  const report = form.isEmpty ? undefined : await explain(delivery);
  if (turn !== turns) return;
  last = report && { ...delivery, report };
  show(report, delivery, { asOfItsTime: () => asOf(report.timestamp), apply, give, focus: (id) => byId(id).focus() });
}

function asOf(seconds) {
  give({ now: seconds === undefined ? "" : String(seconds) }, "now");
}

/** Fills in something, a single field if it is named, and checks again. */
function give(values, field) {
  isOpening = false;
  forget(field);
  form.fill(values);
  return check();
}

/** Makes the change of a near miss, and says so: the verdict is over what did not arrive. */
async function apply(near, values) {
  const before = form.content;
  await give(values);
  aboutFix(near, () => give(before));
  byId("verdict").focus();
}

/** Replaces everything, for a sample (`anew`); or only the given fields, for pasted text. */
function use(delivery, { anew }) {
  if (anew) makeRoom({ anew });
  return give(delivery);
}

/** Takes the opening example out of the fields, before something else goes into them. */
function makeRoom({ anew = false } = {}) {
  if (anew || isOpening) form.clear();
  isOpening = false;
}

/** Shows the delivery of a link. Returns whether there is one. */
async function restore() {
  const shared = readFragment(location.hash);
  if (shared === undefined) return false;
  await use(shared, { anew: true });
  byId("paste-note").textContent = "This delivery came with the link. The secret did not: links from this page never contain one.";
  return true;
}

function connect() {
  connectPaste({ use, makeRoom, scheme: () => form.scheme });
  connectFiles({ makeRoom, body: (bytes) => use({ body: bytes }, { anew: false }), jwks: (text) => use({ jwks: text }, { anew: false }) });
  const maker = connectMaker({ use });
  connectTake({ current: () => last, isOwn: (secret) => maker.isOwn(secret) });
  connectReceiverCode(toClipboard);
  for (const link of document.querySelectorAll('a[href="#verdict"]')) link.addEventListener("click", toVerdict);
  byId("show-secret").addEventListener("click", showSecret);
  byId("now-delivery").addEventListener("click", () => asOf(last?.report.timestamp));
  byId("now-clock").addEventListener("click", () => asOf(undefined));
  byId("clear").addEventListener("click", () => (makeRoom({ anew: true }), forget(), check(), byId("paste").focus()));
  for (const id of ["signed-hex", "signed-text"]) byId(id).addEventListener("change", check);
  byId("measure").addEventListener("click", runMeasure);
  matchMedia("(max-width: 520px)").addEventListener("change", check);
  addEventListener("hashchange", restore);
  return maker;
}

function showSecret() {
  const [field, button] = [byId("secret"), byId("show-secret")];
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

/** Goes to the verdict without a place in the history: from one, "Back" would bring a link's delivery again, over what was typed since. */
function toVerdict(event) {
  event.preventDefault();
  byId("verdict").focus({ preventScroll: true });
  byId("verdict").scrollIntoView();
}

let isMeasuring = false;

async function runMeasure() {
  // A disabled button would lose the focus.
  if (isMeasuring) return;
  isMeasuring = true;
  try {
    await measure(byId("strip"), (words) => (byId("measure-status").textContent = words));
  } catch (error) {
    byId("measure-status").textContent = error.message;
  }
  isMeasuring = false;
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
  const maker = connect();
  if (!(await restore())) {
    isOpening = await maker.open();
    if (!isOpening) await check();
  }
  about();
  document.documentElement.dataset.ready = "";
  keepOffline();
} catch (error) {
  byId("failed").hidden = false;
  byId("failed-reason").textContent = "WebAssembly" in globalThis ? error.message : "This browser has no WebAssembly, or it is turned off, as in Lockdown Mode.";
}
