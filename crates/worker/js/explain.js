// The Worker's second Wasm, which explains captured deliveries. It is instantiated when somebody first asks for a report.
import { env } from "cloudflare:workers";
import wasm from "./explain_bg.wasm";
import * as glue from "./explain-glue.js";
import { get } from "./outbound.js";

const KEY_SET_MS = 5_000;
const LARGEST_KEY_SET = 64 * 1024;

let isReady = false;

/** The report on a captured delivery of a source, as JSON text; undefined if the source is not configured. */
export async function explain(source, capture, body, now) {
  if (!isReady) glue.initSync({ module: wasm });
  isReady = true;
  try {
    const url = glue.key_set(env, source);
    const set = url && (await get(url, KEY_SET_MS, LARGEST_KEY_SET, "Countersign"));
    return glue.explain(env, source, capture, body, set?.bytes, now);
  } catch (error) {
    // A trap leaves an instance unusable.
    glue.__wbg_reset_state();
    throw error;
  }
}
