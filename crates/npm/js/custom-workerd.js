// The entry `countersign/custom` for Cloudflare Workers.
import "./hmac-module.js";
import "./describe-module.js";

export * from "./custom-api.js";
