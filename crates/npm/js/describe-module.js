// Gives the Wasm as a module, which Cloudflare Workers take: smaller than bytes in a script, and compiled ahead.
import module from "./describe.wasm";
import { describer } from "./describe-instance.js";

describer.provide(() => module);
