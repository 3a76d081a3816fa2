// A check of `v1a` signatures by WebCrypto, by hand, with a key set that is fetched and kept. Its keys have no ids, so each is tried.
import { peer } from "./peer.js";
import { readSigned } from "./signed.js";

const TTL_MS = 600_000;
let set = { keys: [], until: 0 };

export default peer(async (request, env) => {
  const { signed, message, tokens } = await readSigned(request, "v1a");
  if (Date.now() >= set.until) set = { keys: await fetchKeys(env.JWKS), until: Date.now() + TTL_MS };
  for (const token of tokens) {
    for (const [key, public_] of set.keys.entries()) {
      if (await crypto.subtle.verify("Ed25519", public_, token, message)) return { ...signed, key };
    }
  }
  return { bytes: signed.bytes };
});

async function fetchKeys(url) {
  const { keys } = await (await fetch(url)).json();
  return Promise.all(keys.map((jwk) => crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"])));
}
