// `hmac(…)` of `countersign` for Cloudflare Workers, which take Wasm as a module.
import { describedBy } from "./describe.js";
import module from "./describe.wasm";
import { withSecrets } from "./secret-verifier.js";

export const hmac = /* @__PURE__ */ describedBy(() => module, withSecrets);
