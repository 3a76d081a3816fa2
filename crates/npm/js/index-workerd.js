// The entry `countersign` for Cloudflare Workers.
import "./core-module.js";

export * from "./index-api.js";
