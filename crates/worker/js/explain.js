// The Worker's second Wasm, which explains captured deliveries. It is instantiated when somebody first asks for a report.
import { env } from "cloudflare:workers";
import wasm from "./explain_bg.wasm";
import * as glue from "./explain-glue.js";
import { keySet } from "./outbound.js";

let isReady = false;

/** The report on a captured delivery of a source, as JSON text; undefined if the source is not configured. */
export async function explain(source, capture, body, now) {
  if (!isReady) glue.initSync({ module: wasm });
  isReady = true;
  try {
    const url = glue.key_set(env, source);
    const set = url && (await keySet(url, glue.user_agent()));
    return glue.explain(env, source, capture, body, set?.bytes, now);
  } catch (error) {
    // A trap leaves an instance unusable.
    glue.__wbg_reset_state();
    throw error;
  }
}
