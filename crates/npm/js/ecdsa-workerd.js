// The entry `countersign/ecdsa` for Cloudflare Workers.
import "./full-module.js";

export * from "./ecdsa-api.js";
