// `hmac(…)` of `countersign/hmac` for Cloudflare Workers, which take Wasm as a module.
import { describedBy } from "./describe.js";
import module from "./describe.wasm";
import { withSecrets } from "./hmac-verifier.js";

export const hmac = /* @__PURE__ */ describedBy(() => module, withSecrets);
