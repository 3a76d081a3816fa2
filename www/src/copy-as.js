// A delivery as something to run: a curl command, an HTTP file, a test. A secret is written into it only where it was made up
// here; one that was typed in is read from the environment.
import { textOf, toBase64, toHex, utf8 } from "./encoding.js";

export const FORMATS = [
  { id: "curl", label: "curl", write: curl },
  { id: "http", label: "HTTP file", write: http },
  { id: "rust", label: "Rust test", write: rust },
  { id: "js", label: "JS test", write: js },
];

const URL = "http://127.0.0.1:8787/gemini";

function curl({ headers, body }) {
  const lines = headers.map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`);
  return [`curl ${URL}`, ...lines, `--data-binary ${quotedBytes(body)}`].join(" \\\n  ");
}

function http({ headers, body }) {
  const text = textOf(body);
  const note = text === undefined ? "# The body is not text; this is its base64. Send its bytes with curl.\n" : "";
  const lines = headers.map(([name, value]) => `${name}: ${value}\n`).join("");
  return `${note}POST ${URL} HTTP/1.1\n${lines}\n${text ?? toBase64(body)}`;
}

/** In single quotes, as every POSIX shell takes it. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Bytes that are no plain text need bash's `$'…'`. */
function quotedBytes(bytes) {
  const text = textOf(bytes);
  if (text !== undefined && !/[\r\0]|^\ufeff/.test(text)) return quoted(text);
  const escape = (byte) => (byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${toHex(byte)}`);
  return `$'${[...bytes].map(escape).join("")}'`;
}

function rust(delivery) {
  const { headers, body, scheme, now, report, jwks, audience, issuer, tolerance } = delivery;
  const lines = headers.map(([name, value]) => `        (${literal(name)}, b${bytesLiteral(utf8(value))} as &[u8]),`).join("\n");
  const outcome = report.ok ? "Ok(())" : `Err(${literal(report.code)})`;
  const token = audience ? `\n    policy.forms = vec![Form::V1a, Form::Jwt];\n    policy.jwt = Some(JwtPolicy { audience: ${literal(audience)}.into(), issuer: ${issuer ? `Some(${literal(issuer)}.into())` : "None"}, leeway: 60 });` : "";
  const age = tolerance === 300 ? "" : `\n    policy.tolerance = Tolerance::from_seconds(${tolerance});`;
  const used = ["Delivery", "Error", "Headers", jwks && "Jwks", audience && "JwtPolicy", "Keys", "Policy", !jwks && "SecretKey", "Timestamp", age && "Tolerance"].filter(Boolean).join(", ");
  return `#[test]
fn ${report.ok ? "the_delivery_is_genuine" : `the_delivery_is_refused_as_${report.code}`}() {
    use countersign::scheme${audience ? "::{self, Form}" : ""};
    use countersign::signature::${audience ? "{PORTABLE_RS256, Portable}" : "Portable"};
    use countersign::{${used}};

${audience ? "    let _ = PORTABLE_RS256.install_default();\n" : ""}    let headers: Headers<'_> = [
${lines}
    ]
    .into_iter()
    .collect();
    let body: &[u8] = b${bytesLiteral(body)};
    let ${audience || age ? "mut " : ""}policy = Policy::of(scheme::find(${literal(scheme)}).unwrap());${token}${age}
    let verified = || -> Result<(), Error> {
${rustKeys(delivery)}
        let delivery = Delivery::new(headers, body);
        policy.verify(keys, &delivery, Timestamp::from_unix(${now}), &Portable).map(drop)
    };
    assert_eq!(verified().map_err(|error| error.code()), ${outcome});
}
`;
}

function rustKeys({ jwks, secrets, own }) {
  if (jwks) return `        let set = Jwks::parse(r####"${jwks}"####.as_bytes())?;\n        let keys = Keys { secrets: &[], jwks: Some(&set) };`;
  const parse = (secret) => `SecretKey::parse(${secret})?`;
  const list = own ? secrets.map((secret) => parse(literal(secret))) : [parse('&std::env::var("WEBHOOK_SECRET").unwrap()')];
  return `        let secrets = [${list.join(", ")}];\n        let keys = Keys { secrets: &secrets, jwks: None };`;
}

function js(delivery) {
  const { headers, body, scheme, now, report } = delivery;
  const lines = headers.map((pair) => `    [${pair.map((part) => JSON.stringify(part)).join(", ")}],`).join("\n");
  const text = textOf(body);
  const call = `${maker(scheme)}(${jsArguments(delivery)}).unwrap(body, headers, { now: ${now}, jsonParse: false })`;
  const name = report.ok ? "the delivery is genuine" : `the delivery is refused as ${report.code}`;
  const checked = report.ok ? `  await ${call};` : `  await assert.rejects(async () => ${call}, { code: ${JSON.stringify(report.code)} });`;
  return `import test from "node:test";
import assert from "node:assert/strict";
import { ${maker(scheme)} } from "countersign";

test(${JSON.stringify(name)}, async () => {
  const headers = [
${lines}
  ];
  const body = ${text === undefined ? `Buffer.from("${toBase64(body)}", "base64")` : JSON.stringify(text)};
${checked}
});
`;
}

const maker = (scheme) => ({ "standard-webhooks": "standard", svix: "svix", gemini: "gemini", "gemini-dynamic": "geminiDynamic" })[scheme];

function jsArguments({ scheme, jwks, secrets, own, audience, issuer, tolerance }) {
  const age = tolerance === 300 ? "" : `tolerance: ${tolerance}`;
  if (scheme !== "gemini-dynamic") return (own ? JSON.stringify(secrets) : "process.env.WEBHOOK_SECRET") + (age && `, { ${age} }`);
  const token = audience ? `, accept: ["v1a", "jwt"], audience: ${JSON.stringify(audience)}${issuer ? `, issuer: ${JSON.stringify(issuer)}` : ""}` : "";
  return `{ jwks: ${compact(jwks)}${token}${age && `, ${age}`} }`;
}

function compact(json) {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return '{ keys: [] }';
  }
}

const literal = (text) => JSON.stringify(text);

/** Bytes as a literal of Rust has them: what is not printable ASCII is in hex. */
function bytesLiteral(bytes) {
  const escape = (byte) => (byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${toHex(byte)}`);
  return `"${[...bytes].map(escape).join("")}"`;
}
