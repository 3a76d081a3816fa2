// The built Worker. Configure it in wrangler.toml.
export { default, Courier, Inbox } from "countersign/worker";
