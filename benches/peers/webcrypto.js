// A check of `v1` signatures by WebCrypto, by hand.
import { peer } from "./peer.js";
import { bytesOf, readSigned } from "./signed.js";

let key;

export default peer(async (request, env) => {
  const { signed, message, tokens } = await readSigned(request, "v1");
  key ??= await importSecret(env.GEMINI_WEBHOOK_SECRET);
  for (const token of tokens) {
    if (await crypto.subtle.verify("HMAC", key, token, message)) return { ...signed, key: 0 };
  }
  return { bytes: signed.bytes };
});

function importSecret(secret) {
  const bytes = bytesOf(secret.slice("whsec_".length));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

export { Inbox } from "./inbox.js";
