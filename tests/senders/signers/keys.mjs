// Keys for the signers, derived from a label: what a sender signs with (`sign`), and what a receiver configures (`secret`).
import crypto from "node:crypto";

const bytes = (label, length = 32) => crypto.hkdfSync("sha256", label, "", "countersign senders", length);
const buffer = (label, length) => Buffer.from(bytes(label, length));

/** A secret whose text, prefix included, is the key. */
export const text = (prefix = "") => (label) => {
  const secret = prefix + buffer(label).toString("hex");
  return { sign: secret, secret };
};

/** A secret in hex. */
export const hex = (label) => ({ sign: buffer(label), secret: buffer(label).toString("hex") });

/** A secret in base64 after a prefix. */
export const base64 = (prefix = "whsec_") => (label) => ({ sign: buffer(label), secret: prefix + buffer(label).toString("base64") });

/** An Ed25519 key pair. The receiver configures the 32 bytes of the public key, in `encoding`. */
export const ed25519 = (encoding) => (label) => {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), buffer(label)]);
  const sign = crypto.createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const spki = crypto.createPublicKey(sign).export({ format: "der", type: "spki" });
  return { sign, secret: spki.subarray(-32).toString(encoding) };
};

/** A P-256 key pair. The receiver configures the public key as SPKI in base64. */
export const p256 = (label) => {
  const ecdh = crypto.createECDH("prime256v1");
  ecdh.setPrivateKey(buffer(label));
  const [x, y] = [ecdh.getPublicKey().subarray(1, 33), ecdh.getPublicKey().subarray(33)].map((part) => part.toString("base64url"));
  const sign = crypto.createPrivateKey({ key: { kty: "EC", crv: "P-256", d: buffer(label).toString("base64url"), x, y }, format: "jwk" });
  return { sign, secret: crypto.createPublicKey(sign).export({ format: "der", type: "spki" }).toString("base64") };
};

/** An RSA key pair. It is new in every run, because Node cannot derive one from a label. */
export const rsa = () => {
  const { privateKey, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { sign: privateKey, secret: publicKey.export({ format: "pem", type: "spki" }) };
};
