// The second Wasm, from wherever the user has it.
import * as glue from "./full-glue.js";
import { Wasm } from "./wasm.js";

export default async function start(source) {
  const wasm = new Wasm(glue, (glue) => glue.prepare());
  await wasm.startAsync(source);
  return wasm;
}
