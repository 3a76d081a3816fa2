// The entry `countersign/explain` for Cloudflare Workers.
import "./full-module.js";

export * from "./explain-api.js";
