// `hmac(…)` of `countersign/hmac`, with its Wasm inside. A bundler leaves both out of a program that does not use the function.
import bytes from "./describe-bytes.js";
import { describedBy } from "./describe.js";
import { withSecrets } from "./hmac-verifier.js";

export const hmac = /* @__PURE__ */ describedBy(bytes, withSecrets);
