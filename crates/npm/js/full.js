// Starts the second Wasm from a script of its own, which is imported at first use.
import * as glue from "./full-glue.js";
import bytes from "./full-bytes.js";
import { Wasm } from "./wasm.js";

export default function start() {
  const wasm = new Wasm(glue, (glue) => glue.prepare());
  wasm.start(bytes());
  return wasm;
}
