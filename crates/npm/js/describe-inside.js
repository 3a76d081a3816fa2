// Gives the Wasm as bytes inside a script, which every runtime and bundler can load.
import bytes from "./describe-bytes.js";
import { describer } from "./describe-instance.js";

describer.provide(bytes);
