// The verifier of `countersign/hmac`, over the small Wasm.
import { secretsOf } from "./check.js";
import * as glue from "./hmac-glue.js";
import { optionsOf } from "./options.js";
import { SECRET, StaticVerifier } from "./static.js";
import { Wasm } from "./wasm.js";

/** The small Wasm. An entry starts it. */
export const wasm = new Wasm(glue);

/** Standard Webhooks, as lines of text. */
export const STANDARD = "standard-webhooks\nform v1\nkeys standard\nset webhook-id webhook-timestamp webhook-signature";

/** The function of a sender, whose scheme is lines of text that `src/scheme/notation.rs` reads. */
export const withSecrets = (...lines) => (secrets, options) => verifierOf(lines.join("\n"), secrets, options);

const verifierOf = (scheme, secrets, options) => new StaticVerifier(wasm, { scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets));
