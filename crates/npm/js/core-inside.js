// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import { decoded } from "./base64.js";
import text from "./core-bytes.js";
import { core } from "./core-instance.js";

core.provide(() => decoded(text));
