// Starts the second Wasm from the source that the user gave to `countersign/slim`.
import * as glue from "./full-glue.js";
import { Wasm } from "./wasm.js";

export default async function start(source) {
  const wasm = new Wasm(glue, (glue) => glue.prepare());
  await wasm.startAsync(source);
  return wasm;
}
