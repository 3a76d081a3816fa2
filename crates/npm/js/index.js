// The default entry: the Wasm is in the script, and everything is ready when the import is done.
import bytes from "./core.js";
import { core, useFull } from "./instances.js";

core.start(bytes());
useFull(() => import("./full.js"));

export * from "./api.js";
