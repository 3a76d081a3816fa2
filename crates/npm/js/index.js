// The default entry, with its Wasm inside: ready when imported.
import bytes from "./core.js";
import { core, useFull } from "./instances.js";

core.start(bytes());
useFull(() => import("./full.js"));

export * from "./api.js";
export { hmac } from "./described.js";
