// The console: signs in, follows the URL to a screen, and runs what is clicked or typed.
import "../src/theme.js";
import { byId, el, fill } from "../src/dom.js";
import { Problem, told } from "./api.js";
import { connectKeyboard, help } from "./keyboard.js";
import { announce, copy, say } from "./notice.js";
import { words } from "./parts.js";
import { link, placeOf } from "./place.js";
import { Runner } from "./runner.js";
import { connectSearch } from "./search.js";
import { SCREENS } from "./screens.js";
import { session, signIn, signOut } from "./sign-in.js";

const TABS = [["sources", "Sources"], ["events", "Events"], ["refused", "Refused"], ["health", "Health"], ["audit", "Audit"]];

/** Where Cloudflare Access ends its session. */
const ACCESS_SIGN_OUT = "/cdn-cgi/access/logout";

/** What the screens share: the session, the sources that were seen last, and how to act. */
const app = { session: undefined, sources: [], acts: false, act, listOf, draw: () => runner.draw(), load: () => runner.load() };
const runner = new Runner(() => leave(ended()));

const EVERYWHERE = {
  again: () => runner.load(),
  copy: ({ text, said }) => copy(text, said),
  help,
  skip: () => byId("main").focus(),
  "sign-out": () => act(async () => {
    await signOut();
    leave("You are signed out.");
  }),
};

/** Why a session is known no more. */
const ended = () => (app.session?.by === "access" ? "Your session of Cloudflare Access ended. Reload the page to sign in again." : "Your session ended. Sign in again to go on.");

/** Does what changes something, says what came of it, and shows the new state. */
async function act(work, done) {
  try {
    await work();
    if (done !== undefined) say(done);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) return leave(ended());
    say(told(error), "bad");
  }
  await runner.load();
}

/** Runs an action of the screen, or one that is everywhere. */
function run(name, element) {
  const action = runner.screen?.actions?.[name] ?? EVERYWHERE[name];
  return action?.({ ...element?.closest("[data-key]")?.dataset, ...element?.dataset }, app, element);
}

/** The list of a source's events as it was looked at last, with its filters. */
function listOf(source) {
  return app.list?.source === source ? app.list.hash : link("events", [source]);
}

function follow() {
  if (app.session === undefined) return;
  const [place, main] = [placeOf(location.hash), byId("main")];
  const left = main.dataset.place;
  main.dataset.place = `${place.screen}/${place.parts}`;
  const isOther = main.dataset.place !== left;
  // Drawing the screen removes what had the focus.
  const hadFocus = document.activeElement?.closest("#search-form, #main, #nav");
  if (place.screen === "events") app.list = { source: place.parts[0], hash: location.hash };
  showTabs(place.screen === "event" ? "events" : place.screen);
  announce("");
  const shown = runner.show(SCREENS[place.screen](place, app));
  if (!isOther) return;
  // Filters leave the focus where it is.
  if (hadFocus) main.focus({ preventScroll: true });
  scrollTo(0, 0);
  if (hadFocus) shown.then(() => returnTo(left));
}

/** In a list, the focus goes to the event that the reader comes from. */
function returnTo(left = "") {
  if (document.activeElement !== byId("main")) return;
  [...document.querySelectorAll("#main tr[data-id]")].find(({ dataset }) => left === `event/${placeOf(location.hash).parts[0]},${dataset.id}`)?.querySelector("a").focus();
}

function showTabs(current) {
  const first = app.sources[0]?.name;
  fill(byId("nav"), TABS.map(([screen, label]) => el("a", { href: link(screen, screen === "events" && first ? [first] : []), "aria-current": screen === current && "page" }, label)));
}

/** Shows the screen of the URL to whoever has a session. Else the form: `why` says what became of the session that was begun just now. */
async function enter(why) {
  const found = await session();
  if (found === undefined) return leave(why);
  app.session = found;
  app.acts = found.role === "operator";
  for (const id of ["nav", "search-form"]) byId(id).hidden = false;
  const who = found.name ?? (app.acts ? "Operator" : "Viewer");
  const title = app.acts ? "You may act on events and destinations." : "A viewer changes nothing and sees no bodies. Sign in with ADMIN_TOKEN to act.";
  fill(byId("session"), el("span.role", { title, "data-role": found.role }, found.name ? `${who} · ${found.role}` : who), found.by === "token" ? el("button", { type: "button", class: "quiet", "data-do": "sign-out" }, "Sign out") : el("a", { href: ACCESS_SIGN_OUT }, "Sign out"));
  byId("version").textContent = `Countersign ${found.version ?? ""}${found.commit ? `, ${found.commit}` : ""}.`;
  follow();
}

/** Shows the form to sign in, and nothing of what was there. */
function leave(why) {
  app.session = undefined;
  runner.stop();
  for (const id of ["nav", "search-form"]) byId(id).hidden = true;
  fill(byId("session"));
  if (byId("dialog").open) byId("dialog").close("");
  signIn(enter, why);
}

function connect() {
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const element = event.target.closest("[data-do]");
    if (element === null) return;
    if (element.tagName === "A") event.preventDefault();
    run(element.dataset.do, element);
  });
  const onChange = (event) => {
    const name = event.target.closest("[data-change]")?.dataset.change;
    if (name) run(name, event.target);
  };
  document.addEventListener("change", onChange);
  document.addEventListener("submit", (event) => event.preventDefault());
  connectKeyboard({ current: () => runner.screen, run });
  connectSearch(app);
}

async function start() {
  connect();
  try {
    await enter();
  } catch (error) {
    fill(byId("main"), el("div.failed", el("p", el("strong", "The console could not start. "), words(error.message)), el("p", "Reload the page to try again.")));
    document.documentElement.setAttribute("data-ready", "");
  }
}

addEventListener("DOMContentLoaded", start);
