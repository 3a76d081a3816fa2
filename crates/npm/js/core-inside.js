// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import bytes from "./core-bytes.js";
import { core } from "./core-instance.js";

core.provide(bytes);
