// The default entry for Cloudflare Workers, which take Wasm as a module: smaller than bytes in a script, and compiled ahead.
import module from "./core.wasm";
import { core, useFull } from "./instances.js";

core.start(module);
useFull(() => import("./full-workerd.js"));

export * from "./api.js";
export { hmac } from "./described-workerd.js";
