// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import { decoded } from "./base64.js";
import text from "./describe-bytes.js";
import { describer } from "./describe-instance.js";

describer.provide(() => decoded(text));
