// Signing in: the token is posted once, for a cookie that scripts cannot read. It is never stored here.
import { byId, el, fill } from "../src/dom.js";
import { Problem, get, post, remove } from "./api.js";
import { note, words } from "./parts.js";

/** The session, or undefined if there is none. */
export async function session() {
  try {
    return await get("session");
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}

export const signOut = () => remove("session");

/** Why there is no session behind a right token. */
const NO_COOKIE = "The token is right, but the browser has not kept the cookie of the session. It takes that over HTTPS only, and not if it blocks cookies.";

/** Draws the form; `done` is called once the Worker knows the token, with why there may be no session. `why` is said above it. */
export function signIn(done, why) {
  const field = el("input", { id: "token", type: "password", autocomplete: "current-password", spellcheck: "false", required: true, autofocus: true, "aria-describedby": why ? "why token-hint" : "token-hint" });
  const problem = el("div", { role: "alert" });
  const submit = el("button", { type: "submit", class: "primary" }, "Sign in");
  const onsubmit = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await post("session", {}, { token: field.value });
      field.value = "";
      await done(NO_COOKIE);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(problem, note("bad", el("p", error.status === 401 ? "This is not the token of this Worker." : words(error.message))));
      field.select();
    } finally {
      submit.disabled = false;
    }
  };
  const form = el(
    "form.card.sign-in",
    { onsubmit },
    el("h1", "Console"),
    why && el("p.hint", { id: "why" }, why),
    el("div.field", el("label", { for: "token" }, "Token"), field, el("p.hint", { id: "token-hint" }, "The value of ", el("code", "ADMIN_TOKEN"), ", or of ", el("code", "ADMIN_READ_TOKEN"), " to look without changing anything. The session ends after eight hours.")),
    problem,
    submit,
  );
  byId("main").dataset.screen = "sign-in";
  byId("main").removeAttribute("aria-busy");
  fill(byId("main"), form);
  document.title = "Sign in · Countersign";
  field.focus();
  document.documentElement.setAttribute("data-ready", "");
}
