// Adapters with the types of their frameworks: all of it must compile, except what is marked.
import { createServer } from "node:http";
import fastify from "fastify";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { gemini, standard } from "countersign";
import { webhook as onExpress } from "countersign/express";
import { webhook as onFastify } from "countersign/fastify";
import { webhook as onHono } from "countersign/hono";
import { webhook as onNext } from "countersign/next";
import { memory, once, redis } from "countersign/once";
import { webhook as onSvelteKit } from "countersign/sveltekit";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const app = fastify();
app.post("/hooks", onFastify(gemini(secret), async ({ id, event }) => void [id, event.data.output_file_uri]));
new Hono().post("/hooks", onHono(standard<{ a: number }>(secret), ({ event }) => String(event.a), { limit: 1_000, log: false, once: once(memory(), "24h", { lease: 60 }) }));
const guard = once(redis(new Redis()), "24h");
const server = createServer(onExpress(gemini(secret), () => {}));
const route: (request: Request) => Promise<Response> = onNext(gemini(secret), () => {});
// @ts-expect-error a handler comes second
onNext(gemini(secret), { limit: 1 });
// @ts-expect-error the limit is a number of bytes
onNext(gemini(secret), () => {}, { limit: "1mb" });
// @ts-expect-error a store comes first
once("24h", 60);
export { guard, onSvelteKit, route, server };
