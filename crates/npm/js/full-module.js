// Gives the Wasm as a module, which Cloudflare Workers take: smaller than bytes in a script, and compiled ahead.
import module from "./full.wasm";
import { full } from "./full-instance.js";

full.provide(() => module);
