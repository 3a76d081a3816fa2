// The senders of `countersign/hmac`. Generated from src/scheme; to update: UPDATE=1 cargo test --test senders
import { withSecrets } from "./hmac-verifier.js";

export const standard = withSecrets("standard-webhooks");
export const svix = withSecrets("svix");
export const gemini = withSecrets("gemini");
export const github = withSecrets("github");
export const stripe = withSecrets("stripe");
export const slack = withSecrets("slack");
