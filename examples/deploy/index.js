// The built Worker. Configure it in wrangler.toml.
export { default, Inbox } from "countersign/worker";
