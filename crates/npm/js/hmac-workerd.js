// The entry `countersign/hmac` for Cloudflare Workers.
import "./hmac-module.js";

export * from "./hmac-api.js";
