// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import bytes from "./full-bytes.js";
import { full } from "./full-instance.js";

full.provide(bytes);
