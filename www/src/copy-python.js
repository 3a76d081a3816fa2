// A delivery as a test in Python, with nothing but its standard library.
import { PREFIXED, fromBase64, utf8 } from "./encoding.js";
import { pythonBytes } from "./escape.js";
import { schemeNamed } from "./senders.js";

/** The test: it computes the signature of the signed bytes and compares it. Throws an error whose message is for people. */
export function python(delivery) {
  const { report, scheme, body } = delivery;
  const { form, template } = schemeNamed(scheme);
  if (form === "token") return file(delivery, [], ["expected = key", `received = ${list(report.comparisons)}`]);
  if (!isShared(report)) throw new Error("Python’s standard library has no public-key cryptography, so there is no Python test for this sender. Take the JavaScript test.");
  if (report.signed === undefined || report.comparisons.length === 0) throw new Error("Without signed bytes and a secret there is nothing to compute. Take the JavaScript test.");
  const digest = `hmac.new(key, signed, hashlib.${HASHES[form] ?? "sha256"})`;
  const lines = [`body = ${pythonBytes(body)}`, `signed = ${signed(report.signed)}`, `expected = ${WRITTEN[template?.encoding ?? "base64"](digest)}`, `received = ${list(report.comparisons)}`];
  return file(delivery, template?.encoding === "hex" ? [] : ["base64"], lines);
}

/** The hashes of the forms that do not sign with SHA-256. */
const HASHES = { "hmac-sha1": "sha1", "hmac-sha512": "sha512" };

/** How senders write the bytes of a signature, as Python does it. */
const WRITTEN = {
  hex: (digest) => `${digest}.hexdigest().encode()`,
  base64: (digest) => `base64.b64encode(${digest}.digest())`,
  base64url: (digest) => `base64.urlsafe_b64encode(${digest}.digest()).rstrip(b"=")`,
};

/** Whether sender and receiver share the key: only then a signature can be computed. */
const isShared = ({ secrets }) => secrets.length > 0 && secrets.every(({ kind }) => kind === "hmac");

const signed = (parts) => parts.map(({ text, base64 }) => (text !== undefined ? pythonBytes(utf8(text)) : base64 !== undefined ? pythonBytes(fromBase64(base64)) : "body")).join(" + ") || 'b""';

/** The signatures of the delivery. */
const list = (comparisons) => `[${[...new Set(comparisons.map(({ received }) => received))].map((text) => pythonBytes(utf8(text))).join(", ")}]`;

function file(delivery, modules, lines) {
  const { report, scheme, secrets } = delivery;
  const matches = report.comparisons.some((row) => row.matches);
  const [method, name] = matches ? ["assertTrue", "matches"] : ["assertFalse", "does_not_match"];
  // Of several secrets, as during a rotation, one matches.
  const at = report.comparisons.find((row) => row.matches)?.secret ?? 0;
  const variable = `os.environ["WEBHOOK_SECRET"]${secrets.length > 1 ? `.split()[${at}]` : ""}`;
  const key = keyOf(schemeNamed(scheme), secrets[at], delivery.own, variable);
  const uses = (module) => [...key, ...lines].some((line) => line.includes(`${module}.`)) && module;
  const used = ["hmac", "unittest", ...modules, ...["base64", "hashlib", "os"].map(uses)];
  return `${[...new Set(used.filter(Boolean))].sort().map((module) => `import ${module}`).join("\n")}


class Delivery(unittest.TestCase):
    def test_the_signature_${name}(self):
${[...key, ...lines].map((line) => `        ${line}`).join("\n")}
        self.${method}(any(hmac.compare_digest(expected, signature) for signature in received))


if __name__ == "__main__":
    unittest.main()
`;
}

/** The lines that make the bytes of the key, from the secret as its sender writes it. */
function keyOf({ secret: written, form, isText }, secret, own, variable) {
  if (typeof secret !== "string") return [`key = ${own ? pythonBytes(secret) : `${variable}.encode()`}`];
  const text = own ? `${pythonBytes(utf8(secret.trim()))}.decode()` : `${variable}.strip()`;
  if (form === "token" || written === "text" || written === "header") return [`key = ${text}.encode()`];
  if (written === "hex") return [`key = bytes.fromhex(${text})`];
  // Padding that is missing is added: too much of it does no harm.
  const decoded = 'base64.b64decode(secret.removeprefix("v1,").removeprefix("whsec_") + "==")';
  const prefixed = PREFIXED.test(secret.trim());
  return [`secret = ${text}`, `key = ${isText && !prefixed ? "secret.encode()" : decoded}`];
}
