// The senders of `countersign`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import { KeySetVerifier } from "./key-set-verifier.js";
import { withSecrets } from "./secret-verifier.js";

export const standard = withSecrets("standard-webhooks");
export const svix = withSecrets("svix");
export const gemini = withSecrets("gemini");
export const github = withSecrets("github");
export const stripe = withSecrets("stripe");
export const slack = withSecrets("slack");
export const geminiDynamic = (options) => new KeySetVerifier("gemini-dynamic", options);
