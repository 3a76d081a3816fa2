// A check of RS256 tokens by npm `jose` as its users write it, with the key set that it fetches and keeps.
import { createRemoteJWKSet, jwtVerify } from "jose";
import { peer } from "./peer.js";

let keys;

export default peer(async (request, env) => {
  keys ??= createRemoteJWKSet(new URL(env.JWKS));
  const { byteLength: bytes } = await request.arrayBuffer();
  try {
    const { payload } = await jwtVerify(request.headers.get("webhook-signature"), keys, { algorithms: ["RS256"], audience: env.AUDIENCE });
    return { id: payload.jti, type: payload.type, form: "jwt", key: 0, bytes, claims: true, body: JSON.stringify(payload) };
  } catch {
    return { bytes };
  }
});
