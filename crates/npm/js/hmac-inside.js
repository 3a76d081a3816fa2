// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import { decoded } from "./base64.js";
import text from "./hmac-bytes.js";
import { small } from "./hmac-instance.js";

small.provide(() => decoded(text));
