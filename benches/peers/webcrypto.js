// A check of `v1` signatures by WebCrypto, by hand.
import { peer } from "./peer.js";
import { bytesOf, readSigned } from "./signed.js";

let key;

export default peer(async (request, env) => {
  const { signed, message, tokens } = await readSigned(request, "v1");
  key ??= await crypto.subtle.importKey("raw", bytesOf(env.GEMINI_WEBHOOK_SECRET.slice("whsec_".length)), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  for (const token of tokens) {
    if (await crypto.subtle.verify("HMAC", key, token, message)) return { ...signed, key: 0 };
  }
  return { bytes: signed.bytes };
});

export { Inbox } from "./inbox.js";
