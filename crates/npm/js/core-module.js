// Gives the Wasm as a module, which Cloudflare Workers take: smaller than bytes in a script, and compiled ahead.
import module from "./core.wasm";
import { core } from "./core-instance.js";

core.provide(() => module);
