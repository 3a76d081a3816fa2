// The entry `countersign/jwt` for Cloudflare Workers.
import "./full-module.js";

export * from "./jwt-api.js";
