// The whole Worker, built. What it does is configured in wrangler.toml.
export { default, Inbox } from "countersign/worker";
