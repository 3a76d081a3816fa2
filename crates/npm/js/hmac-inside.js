// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import bytes from "./hmac-bytes.js";
import { small } from "./hmac-instance.js";

small.provide(bytes);
