// Gives the Wasm as a module, which Cloudflare Workers take: smaller than bytes in a script, and compiled ahead.
import module from "./hmac.wasm";
import { small } from "./hmac-instance.js";

small.provide(() => module);
