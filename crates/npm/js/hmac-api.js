// The exports of `countersign/hmac`, which `hmac.d.ts` documents.
import { secretsOf } from "./check.js";
import { WebhookVerificationError } from "./error.js";
import * as glue from "./hmac-glue.js";
import { optionsOf } from "./options.js";
import { SECRET, StaticVerifier, webhookOn } from "./static.js";
import { Wasm } from "./wasm.js";

/** The small Wasm. An entry starts it. */
export const wasm = new Wasm(glue);

export { WebhookVerificationError };

export const Webhook = webhookOn(wasm);

const withSecrets = (scheme) => (secrets, options) => new StaticVerifier(wasm, { scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets));
export const standard = withSecrets("standard-webhooks");
export const svix = withSecrets("svix");
export const gemini = withSecrets("gemini");
export const github = withSecrets("github");
export const stripe = withSecrets("stripe");
export const slack = withSecrets("slack");
