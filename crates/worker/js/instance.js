// The instance of the Wasm: set up once, and replaced after a trap, which leaves it unusable.
import wasm from "./index_bg.wasm";
import * as glue from "./glue.js";

/** How many instances there were before this one. Whatever waits notes it, to find out whether its own is gone. */
export let generation = 0;

/** Called after a trap, once a new instance is there. */
export const onTrap = new Set();

/** What `setup` of state.rs returned, with the prepared responses made. */
let ready;

glue.initSync({ module: wasm });

/** Sets the instance up, unless it is. */
export function prepared(env) {
  return (ready ??= setup(env));
}

function setup(env) {
  const sources = typeof env.SOURCES === "string" || env.SOURCES === undefined ? env.SOURCES : JSON.stringify(env.SOURCES);
  const { answers, ...rest } = JSON.parse(glue.setup(env, sources));
  const refusals = answers.map(({ status, body, header }) => {
    // A `Blob` has its bytes and its type ready: a text is encoded, and a `Content-Type` among the headers copied, for each response.
    const blob = new Blob([body], { type: "application/problem+json" });
    return { text: body, body: blob, init: header ? { status, headers: new Headers([header]) } : { status } };
  });
  return { refusals, ...rest };
}

/** Replaces the instance after an error of code that ran under `born`, unless that was done already. */
export function recover(error, born) {
  if (born === generation) {
    ready = undefined;
    generation += 1;
    for (const resolve of onTrap) resolve();
    glue.__wbg_reset_state();
  }
  console.error(JSON.stringify({ ev: "trap", code: "internal_error", status: 500, detail: String(error?.message ?? error) }));
}
