// Starts the second Wasm on Cloudflare Workers, which take Wasm as a module.
import * as glue from "./full-glue.js";
import module from "./full.wasm";
import { Wasm } from "./wasm.js";

export default function start() {
  const wasm = new Wasm(glue, (glue) => glue.prepare());
  wasm.start(module);
  return wasm;
}
