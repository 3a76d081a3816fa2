// Code as users write it: all of it must compile, except what is marked.
import type { IncomingMessage } from "node:http";
import {
  type SignatureForm,
  Webhook,
  WebhookVerificationError,
  gemini,
  geminiDynamic as ed25519Only,
  github,
  okta,
  paddle,
  slack,
  stripe,
  standard,
  svix,
  type Delivery,
  type ErrorCode,
  type GeminiEvent,
  type HeadersLike,
  type Verifier,
} from "countersign";
import { type HmacDescription, hmac } from "countersign/custom";
import { sendgrid } from "countersign/ecdsa";
import { type FailedStep, type Receiver, type Report, explain, inspect } from "countersign/explain";
import { Webhook as SmallWebhook, gemini as smallGemini } from "countersign/hmac";
import { geminiDynamic, googlePubsub } from "countersign/jwt";
import { webhook as onNext } from "countersign/next";
import { memory, once } from "countersign/once";
import { init, initSync, gemini as slimGemini } from "countersign/slim";
import { explain as slimExplain, init as initExplain } from "countersign/slim/explain";
import { testHandshake, testRequest } from "countersign/testing";
import worker, { Inbox } from "countersign/worker";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// The class of npm `standardwebhooks`.
const webhook = new Webhook(secret);
new Webhook(new Uint8Array(24), { format: "raw" });
new Webhook([secret, secret], { tolerance: 60 });
const unknownEvent: unknown = webhook.verify("{}", { "webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1," });
const typed = webhook.verify<{ type: string }>(Buffer.from("{}"), new Headers(), { jsonParse: true });
const type: string = typed.type;
const signature: string = webhook.sign("msg_1", new Date(), "{}");
// @ts-expect-error there is no such format
new Webhook(secret, { format: "hex" });

// Headers as frameworks have them.
declare const incoming: IncomingMessage;
declare const request: Request;
interface Standard {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}
declare const named: Standard;
const all: HeadersLike[] = [incoming.headers, incoming.rawHeaders, request.headers, new Map([["a", "b"]]), [["a", "b"]], named, {}];
for (const headers of all) webhook.verify(new ArrayBuffer(0), headers);
webhook.verify(new DataView(new ArrayBuffer(0)), incoming.headers);
// @ts-expect-error a parsed object is not a body
webhook.verify({ type: "batch.succeeded" }, incoming.headers);

// Verifiers.
const dynamic: Verifier<GeminiEvent> = geminiDynamic({ accept: ["v1a", "jwt"], audience: "me", jwks: new URL("https://a.example/") });
geminiDynamic();
ed25519Only({ urlToken: process.env.URL_TOKEN });
// @ts-expect-error tokens are in another entry
ed25519Only({ accept: ["jwt"], audience: "me" });
sendgrid(process.env.SECRET);
googlePubsub({ audience: process.env.AUDIENCE, email: process.env.EMAIL, leeway: 5 });
geminiDynamic({ jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "…" }] }, fetch: globalThis.fetch });
geminiDynamic({ urlToken: process.env.URL_TOKEN, accept: ["jwt"], audience: process.env.AUDIENCE });
gemini(process.env.SECRET);
okta(process.env.SECRET, { header: process.env.HEADER, tolerance: 60 });
// @ts-expect-error only a sender whose customers choose the header has this option
gemini(process.env.SECRET, { header: "X-Hook-Key" });

// Senders without a function of their own.
const description: HmacDescription = { signature: { header: "S", member: "v1", separator: ";", encoding: "base64" }, timestamp: { header: "S", member: "t", unit: "ms" }, signed: "{timestamp}.{body}", id: "/id", hash: "sha1" };
const acme: Verifier<{ id: string }> = hmac(description)<{ id: string }>([process.env.SECRET, new Uint8Array(32)], { tolerance: 60 });
// @ts-expect-error a description says where the signature is
hmac({ signed: "{body}" });
// @ts-expect-error there is no such encoding
hmac({ signature: { header: "S", encoding: "HEX" } });

// An option that is undefined has its default.
declare const unset: undefined;
new Webhook(secret, { format: unset, allowShortKeys: unset, tolerance: unset });
stripe(secret, { allowShortKeys: unset, tolerance: unset }).unwrap(request, { now: unset, jsonParse: unset, url: unset, method: unset, waitUntil: unset });
geminiDynamic({ jwks: unset, tolerance: unset, fetch: unset, accept: unset, issuer: unset, leeway: unset });
onNext(stripe(secret), () => {}, { limit: unset, log: unset, once: unset, jsonParse: unset, now: unset });
once(memory(), "24h", { prefix: unset, lease: unset });
testRequest(stripe, { secret, keys: unset, type: unset, data: unset, event: unset, id: unset, url: unset, now: unset, broken: unset });
testHandshake(slack, { secret, keys: unset, verifyToken: unset, url: unset });
hmac({ signature: { header: "S", prefix: unset, member: unset, separator: unset, encoding: unset }, hash: unset, signed: unset, timestamp: unset, id: unset, secretEncoding: unset });
hmac({ signature: { header: "S" }, signed: "{timestamp}.{body}", timestamp: { header: "T", member: unset, separator: unset, unit: unset } });
explain({ scheme: "stripe", secrets: secret, header: unset, jwks: unset, accept: unset, allowShortKeys: unset, tolerance: unset }, request);

standard([process.env.SECRET, process.env.OLD_SECRET]);
new Webhook(process.env.SECRET);
await gemini(secret).unwrap({ version: "2.0", headers: { host: "a" }, body: "{}", isBase64Encoded: false, rawPath: "/" } as { headers: { host: string }; body: string; isBase64Encoded: boolean });
await dynamic.unwrap("{}", incoming.headers, { url: "/jobs/token" });
// @ts-expect-error a misspelt option
gemini(secret, { tolerence: 60 });
// @ts-expect-error a second secret is one of a list
gemini(secret, secret);
// @ts-expect-error secrets belong to the static form
geminiDynamic({ secrets: [secret] });
const own: Delivery<{ a: number }> = await standard<{ a: number }>(secret).unwrap(request, { waitUntil: () => {} });
const count: number = own.event.a;
await svix([secret]).unwrap(await request.arrayBuffer(), request.headers, { now: new Date() });

const { event, id, timestamp, scheme, keyIndex, kid, body } = await gemini(secret).unwrap(request);
const parts: [string, Date | undefined, SignatureForm, number, string | undefined, Uint8Array] = [id, timestamp, scheme, keyIndex, kid, body];
switch (event.type) {
  case "batch.succeeded": {
    const file: string | undefined = event.data.output_file_uri;
    const job: string = event.data.id;
    break;
  }
  case "batch.failed": {
    const message: string | undefined = event.data.error_message;
    const code: string | number | undefined = event.data.error_code;
    break;
  }
  case "video.generated": {
    const name: string | undefined = event.data.file_name;
    break;
  }
  // @ts-expect-error types are text
  case 7:
    break;
  default: {
    // Documented types that were not named above, and types that nobody has documented yet.
    const open: string = event.type;
    const maybe: string | undefined = event.data.id;
  }
}

// Events of other senders are open unions too, and may be typed by the receiver.
const paid = await stripe(secret).unwrap(request);
switch (paid.event.type) {
  case "invoice.paid":
    break;
  default: {
    const any: string = paid.event.type;
    const livemode: boolean = paid.event.livemode;
    const object: string = paid.event.data.object.object;
  }
}
const repository: string | undefined = (await github(secret).unwrap(request)).event.repository?.full_name;
const slackEvent = (await slack(secret).unwrap(request)).event;
const challenge: unknown = slackEvent.type === "url_verification" ? slackEvent.challenge : undefined;
const mine: number = (await stripe<{ mine: number }>(secret).unwrap(request)).event.mine;
const bytesOnly: Verifier<unknown> = paddle(secret);

// Errors and reports.
try {
  await dynamic.unwrap(request);
} catch (error) {
  if (error instanceof WebhookVerificationError) {
    const response: Response = error.toResponse();
    const code: ErrorCode = error.code;
    const status: 400 | 401 | 404 | 500 | 503 = error.status;
    const header: string | undefined = error.header;
    // @ts-expect-error there is no such code
    if (error.code === "bad_signature") throw error;
  }
}
const report: Report = await inspect(dynamic, "{}", {});
const first: string | undefined = report.nearMisses[0]?.matchesIf;

const receiver: Receiver = { scheme: "gemini", secrets: [secret, new Uint8Array(24)], jwks: "{}", accept: ["v1"] };
const explained: Report = await explain(receiver, "{}", incoming.rawHeaders, { now: 1 });
const again: Report = await explain({ scheme: "gemini-dynamic", jwks: { keys: [] } }, request);
const signedUrl: Report = await explain({ scheme: "twilio", secrets: secret }, "a=1", incoming.headers, { url: "https://a.example/hooks", method: "POST" });
const failed: FailedStep[] = explained.steps.filter((step) => step.state === "fail");
const [{ name: stepName, code: stepCode, fix } = { name: "headers", code: undefined, fix: undefined }] = explained.steps;
// @ts-expect-error there is no such scheme
explain({ scheme: "strype" }, request);

// The other entries.
const small: Verifier<GeminiEvent> = smallGemini([secret], { tolerance: 60 });
const smallDelivery: Delivery<GeminiEvent> = await small.unwrap(request);
new SmallWebhook(secret).verify("{}", {});
const ofSmall: Report = await inspect(small, request);
// @ts-expect-error the verifier comes first
inspect(request);
await init(fetch("https://a.example/core.wasm"));
await init(new URL("https://a.example/core.wasm"));
await initExplain(fetch("https://a.example/full.wasm"));
slimExplain(receiver, request);
initSync(new Uint8Array());
initSync(new WebAssembly.Module(new Uint8Array()));
slimGemini(secret);
const answer: Promise<Response> = worker.fetch(request, {}, { waitUntil() {} });
const inbox: Inbox = new Inbox({}, {});
await inbox.alarm();
