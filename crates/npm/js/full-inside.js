// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import { decoded } from "./base64.js";
import text from "./full-bytes.js";
import { full } from "./full-instance.js";

full.provide(() => decoded(text));
