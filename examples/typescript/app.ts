// Starts a Gemini batch and receives a webhook when it ends. No polling.
//
//     Gemini ──(v1a, Google's key)──▶ Countersign ──(v1, ORIGIN_SECRET)──▶ this app
//
// On your machine: `cargo xtask example typescript`. Against the real API: set GEMINI_API_KEY, COUNTERSIGN_URL to the address of your
// Worker, and ORIGIN_SECRET and GEMINI_JOBS_TOKEN to the Worker's values. Then run `node app.ts`, with Node 22.18 or newer.

import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { GoogleGenAI } from "@google/genai";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

interface Event {
  type: string;
  data: { id: string };
}

const gemini = new GoogleGenAI({ apiKey: required("GEMINI_API_KEY") });
const webhook = new Webhook(required("ORIGIN_SECRET"));
const seen = new Set<string>(); // use a database in production

/** The URL for the webhooks of a job. Its last segment is a secret, because Google's signature does not name your project. */
function webhookUrl(): string {
  return `${required("COUNTERSIGN_URL")}/gemini-jobs/${required("GEMINI_JOBS_TOKEN")}`;
}

async function startABatch(): Promise<void> {
  const batch = await gemini.batches.create({
    model: process.env.GEMINI_MODEL ?? "gemini-3-flash-preview",
    src: [{ contents: [{ role: "user", parts: [{ text: "Why do webhooks need signatures? One sentence." }] }] }],
    config: { webhookConfig: { uris: [webhookUrl()] } },
  });
  console.log("started", batch.name);
}

/** Handles one event; the status to respond with. */
async function take(request: IncomingMessage): Promise<number> {
  const body = await buffer(request); // the raw bytes: the signature covers them, not the JSON in them
  try {
    // Do not parse here: an event whose body is empty or not JSON is genuine too, and must not be refused.
    webhook.verify(body, request.headers as Record<string, string>, { jsonParse: false });
  } catch (error) {
    if (error instanceof WebhookVerificationError) return 400;
    throw error;
  }
  const id = String(request.headers["webhook-id"]);
  if (seen.has(id)) return 200; // delivery is at least once, so some events arrive twice
  const event = parse(body);
  if (event?.type === "batch.succeeded") await showResult(event.data.id);
  else console.log("event", event?.type, event?.data?.id);
  seen.add(id); // last: if anything above fails, the response is a 500, and the event is delivered again
  return 200;
}

/** The event in a verified body; undefined if there is none. */
function parse(body: Buffer): Event | undefined {
  try {
    return (JSON.parse(body.toString()) as Event | null) ?? undefined;
  } catch {
    return undefined;
  }
}

async function showResult(id: string): Promise<void> {
  const batch = await gemini.batches.get({ name: `batches/${id.replace(/^batches\//, "")}` });
  for (const answer of batch.dest?.inlinedResponses ?? []) {
    console.log("result", answer.response?.candidates?.[0]?.content?.parts?.[0]?.text);
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

const server = createServer((request, response) => {
  take(request)
    .catch((error: unknown) => {
      console.error(error);
      return 500;
    })
    .then((status) => response.writeHead(status).end());
});
server.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", startABatch);
