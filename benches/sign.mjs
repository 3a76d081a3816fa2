// Signs deliveries by keys that stay the same during a run, and writes the key sets to check them by. Run by `cargo xtask bench`:
// node benches/sign.mjs FOLDER BODY prints deliveries signed by each of three Ed25519 keys, and one token.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { jwt, newEd25519, newRsa, v1a } from "../tests/e2e/fixtures/sign.mjs";

const [, , folder, body] = process.argv;
const AUDIENCE = "bench";
const KID = "bench-rsa";

/** The keys of this run, made by the first call. */
function keys() {
  const file = path.join(folder, "keys.json");
  if (!fs.existsSync(file)) {
    const [ed25519, rsa] = [[newEd25519(), newEd25519(), newEd25519()], newRsa(KID)];
    fs.mkdirSync(path.join(folder, "jwks"), { recursive: true });
    for (const [name, keys] of [["ed25519", ed25519.map((key) => key.jwk)], ["rsa", [rsa.jwk]]]) {
      fs.writeFileSync(path.join(folder, "jwks", name), JSON.stringify({ keys }));
    }
    const text = ({ privateKey }) => privateKey.export({ format: "pem", type: "pkcs8" });
    fs.writeFileSync(file, JSON.stringify({ ed25519: ed25519.map(text), rsa: text(rsa) }), { mode: 0o600 });
  }
  return JSON.parse(fs.readFileSync(file));
}

const { ed25519, rsa } = keys();
const now = Math.floor(Date.now() / 1000);
const deliveries = ed25519.map((pem, n) => {
  const id = `msg_v1a_${n}`;
  return { "webhook-id": id, "webhook-timestamp": String(now), "webhook-signature": v1a(crypto.createPrivateKey(pem), id, now, body) };
});
const claims = { aud: AUDIENCE, iat: now, exp: now + 3600, jti: "evt_bench", type: "batch.succeeded", data: { id: "batch_123456" } };
const token = jwt({ kid: KID, privateKey: crypto.createPrivateKey(rsa) }, claims);
console.log(JSON.stringify({ v1a: deliveries, jwt: [{ "webhook-signature": token }] }));
