// A delivery as something to run: a curl command, an HTTP file, a test in JavaScript, Python or Rust. It contains a secret only if this page generated it; a secret
// that was typed is read from the environment.
import { textOf, toBase64, utf8 } from "./encoding.js";
import { decoding, isHeader, isHttpBody, isHttpHeader, isPlainWord, jsString, rustBytes, rustString, shellWord } from "./escape.js";
import { python } from "./copy-python.js";
import { entryOf, secretsOf } from "./receiver-code.js";
import { schemeNamed, toleranceOf } from "./senders.js";

export const FORMATS = [
  { id: "curl", label: "curl", write: curl },
  { id: "http", label: "HTTP file", write: http },
  { id: "js", label: "JavaScript test", write: js },
  { id: "python", label: "Python test", write: python },
  { id: "rust", label: "Rust test", write: rust },
];

/** Where a copy is sent if its sender does not sign the URL: a Worker on this machine. */
const LOCAL = "http://127.0.0.1:8787/gemini";

/** The signed URL, if it can stand in a command and in a file without being read as anything else. */
const addressOf = ({ url }) => (url !== undefined && /^https?:\/\/[!-~]+$/.test(url) && !url.includes("{{") ? url : LOCAL);
const methodOf = ({ method }) => (/^[A-Z]+$/.test(method ?? "") ? method : "POST");

/** Headers of a single connection. The program that sends the request writes its own. */
const CONNECTION = ["connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** The names of headers that a format leaves out, because it cannot express them safely. */
export function leftOut(id, { headers }) {
  const fits = { curl: isHeader, http: isHttpHeader }[id];
  return fits === undefined ? [] : headers.filter((header) => !belongsToConnection(header) && !fits(header)).map(([name]) => name);
}

/** A curl command that sends the delivery. */
export function curl(delivery) {
  const { headers, body } = delivery;
  const sent = headers.filter((header) => isHeader(header) && !belongsToConnection(header));
  // `name;` sends an empty header. `name:` sends none, and keeps curl from adding its own.
  const lines = sent.map(([name, value]) => `--header ${shellWord(value === "" ? `${name};` : `${name}: ${value}`)}`);
  if (!sent.some(([name]) => name.toLowerCase() === "content-type")) lines.push("--header 'content-type:'");
  const text = textOf(body);
  const plain = isPlainWord(text);
  // `--data-raw` does not read a file if the body begins with `@`.
  const data = plain ? `--data-raw ${shellWord(text)}` : "--data-binary @-";
  const address = addressOf(delivery);
  const method = methodOf(delivery) === "POST" ? "" : ` --request ${methodOf(delivery)}`;
  const command = [`curl${method} ${address === LOCAL ? LOCAL : shellWord(address)}`, ...lines, data].join(" \\\n  ");
  return plain ? command : `${decoding(body)} |\n  ${command}`;
}

function http(delivery) {
  const { headers, body } = delivery;
  const text = textOf(body);
  const held = text !== undefined && isHttpBody(text);
  const notes = [
    !held && "# This file cannot hold the body without a risk of running a part of it; this is its base64. Send its bytes with curl.\n",
    held && /\r|^\ufeff|\n$/.test(text) && "# Editors may change line breaks, a byte order mark, or the end of the body. curl sends them as they are.\n",
    leftOut("http", { headers }).length > 0 && "# Headers that this file cannot hold were left out.\n",
  ];
  const lines = headers.filter((header) => isHttpHeader(header) && !belongsToConnection(header)).map(([name, value]) => `${name}: ${value}\n`);
  return `${notes.filter(Boolean).join("")}${methodOf(delivery)} ${addressOf(delivery)} HTTP/1.1\n${lines.join("")}\n${held ? text : toBase64(body)}`;
}

const belongsToConnection = ([name]) => CONNECTION.includes(name.toLowerCase());

function rust(delivery) {
  const { headers, body, scheme, now, report, header, jwks, audience, issuer, email, tolerance, url, method } = delivery;
  const lines = headers.map(([name, value]) => `        (${rustString(name)}, ${rustBytes(utf8(value))} as &[u8]),`).join("\n");
  const outcome = report.ok ? "Ok(())" : `Err(${rustString(report.code)})`;
  const { identity } = schemeNamed(scheme);
  const forms = identity ? "" : "\n    policy.forms = vec![Form::V1a, Form::Jwt];";
  const token = audience ? `${forms}\n    policy.jwt = Some(JwtPolicy { audience: ${rustString(audience)}.into(), issuer: ${issuer ? `Some(${rustString(issuer)}.into())` : identity ? `Some(${rustString(identity.issuer)}.into())` : "None"}, email: ${email ? `Some(${rustString(email)}.into())` : "None"}, leeway: 60, longest: None });` : "";
  const age = tolerance === toleranceOf(scheme) ? "" : `\n    policy.tolerance = Tolerance::from_seconds(${tolerance});`;
  const found = `scheme::find(${rustString(scheme)}).unwrap()`;
  const chosen = header ? `choose_header(${found}, ${rustString(header)}).unwrap()` : found;
  const target = url ? `.with_target(Target { method: ${rustString(method)}, url: ${rustString(url)} })` : "";
  const used = ["Delivery", "Error", "Headers", jwks && "Jwks", audience && "JwtPolicy", "Keys", "Policy", !jwks && (isRaw(delivery) || (isStandard(scheme) && !isSplit(delivery))) && "SecretKey", url && "Target", "Timestamp", age && "Tolerance"].filter(Boolean).join(", ");
  return `#[test]
fn ${report.ok ? "the_delivery_is_genuine" : `the_delivery_is_refused_as_${report.code}`}() {
    use countersign::scheme${forms !== "" && audience ? "::{self, Form}" : ""};
    use countersign::crypto::Portable;${header ? "\n    use countersign::config::choose_header;" : ""}
    use countersign::{${used}};

    let headers: Headers<'_> = [
${lines}
    ]
    .into_iter()
    .collect();
    let body: &[u8] = ${rustBytes(body)};
    let ${audience || age ? "mut " : ""}policy = Policy::of(${chosen});${token}${age}
    let verified = || -> Result<(), Error> {
${rustKeys(delivery)}
        let delivery = Delivery::new(headers, body)${target};
        policy.verify(keys, &delivery, Timestamp::from_unix(${now}), &Portable).map(drop)
    };
    assert_eq!(verified().map_err(|error| error.code()), ${outcome});
}
`;
}

function rustKeys({ scheme, jwks, secrets, own }) {
  if (jwks) return `        let set = Jwks::parse(${rustBytes(utf8(jwks))})?;\n        let keys = Keys { jwks: Some(&set), ..Keys::default() };`;
  const parse = (secret) => (isStandard(scheme) ? `SecretKey::parse(${secret})?` : `policy.scheme.secrets.parse(${secret})?.remove(0)`);
  const list = own ? secrets.map((secret) => parse(rustString(secret))) : [parse(VARIABLE)];
  const given = isRaw({ secrets }) ? RAW : isSplit({ secrets, own }) ? SPLIT : `        let secrets = [${list.join(", ")}];`;
  return `${given}\n        let keys = Keys { secrets: &secrets, ..Keys::default() };`;
}

const VARIABLE = '&std::env::var("WEBHOOK_SECRET").unwrap()';

/** Reads a secret whose text itself is the key. */
const RAW = `        let secrets = [SecretKey::Hmac(countersign::crypto::HmacKey::from_bytes(std::env::var("WEBHOOK_SECRET").unwrap().as_bytes())?)];`;

/** Reads several secrets. */
const SPLIT = `        let (given, mut secrets) = (std::env::var("WEBHOOK_SECRET").unwrap(), Vec::new());
        for secret in policy.scheme.secrets.split(&given) {
            secrets.extend(policy.scheme.secrets.parse(secret)?);
        }`;

/** Whether the field says that its text itself is the key. */
const isRaw = ({ secrets }) => secrets.some((secret) => typeof secret !== "string");

/** Whether the variable holds several secrets, as during a rotation. */
const isSplit = ({ secrets, own }) => !own && secrets.length > 1;

/** Whether the scheme's secrets are written as Standard Webhooks has them. */
const isStandard = (scheme) => schemeNamed(scheme).secret === "whsec" && !schemeNamed(scheme).isText;

function js(delivery) {
  const { headers, body, scheme, now, report, url, method } = delivery;
  const lines = headers.map((pair) => `    [${pair.map(jsString).join(", ")}],`).join("\n");
  const text = textOf(body);
  const target = url ? `url: ${jsString(url)}, method: ${jsString(method)}, ` : "";
  const call = `${maker(scheme)}(${jsArguments(delivery)}).unwrap(body, headers, { now: ${now}, ${target}jsonParse: false })`;
  const name = report.ok ? "the delivery is genuine" : `the delivery is refused as ${report.code}`;
  const checked = report.ok ? `  await ${call};` : `  await assert.rejects(async () => ${call}, { code: ${jsString(report.code)} });`;
  return `import test from "node:test";
import assert from "node:assert/strict";
import { ${maker(scheme)} } from "${entryOf(delivery)}";

test(${jsString(name)}, async () => {
  const headers = [
${lines}
  ];
  const body = ${text === undefined ? `Buffer.from("${toBase64(body)}", "base64")` : jsString(text)};
${checked}
});
`;
}

const maker = (scheme) => schemeNamed(scheme).make;

function jsArguments({ scheme, header, jwks, secrets, own, audience, issuer, email, tolerance }) {
  const age = tolerance === toleranceOf(scheme) ? "" : `tolerance: ${tolerance}`;
  if (!schemeNamed(scheme).hasKeySet) {
    const options = [header && `header: ${jsString(header)}`, age].filter(Boolean).join(", ");
    return (own ? `[${secrets.map(jsString).join(", ")}]` : secretsOf("process.env.WEBHOOK_SECRET", secrets)) + (options && `, { ${options} }`);
  }
  if (schemeNamed(scheme).identity) {
    const given = Object.entries({ audience, email, issuer }).filter(([, value]) => value !== undefined);
    return `{ jwks: ${keySet(jwks)}${given.map(([name, value]) => `, ${name}: ${jsString(value)}`).join("")} }`;
  }
  const token = audience ? `, accept: ["v1a", "jwt"], audience: ${jsString(audience)}${issuer ? `, issuer: ${jsString(issuer)}` : ""}` : "";
  return `{ jwks: ${keySet(jwks)}${token}${age && `, ${age}`} }`;
}

/** The package takes a parsed key set, so text that is not JSON becomes `{}`, which is not a key set. */
function keySet(jwks) {
  try {
    JSON.parse(jwks);
    return `JSON.parse(${jsString(jwks)})`;
  } catch {
    return "{}";
  }
}
