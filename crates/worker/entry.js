// Instantiates the Wasm, reads the request, calls, answers; and starts anew after a trap. Nothing is decided here.
import { DurableObject } from "cloudflare:workers";
import wasm from "./glue_bg.wasm";
import * as glue from "./glue.js";

const HEALTH = 2147483647;
const ADMIN = 2147483646;
const SUCCESS = { status: 200, headers: { "content-type": "application/json" } };

/** What `setup` told: ready-made answers, and what to read of a request for each source. */
let told;

glue.initSync({ module: wasm });

function setup(env) {
  const sources = typeof env.SOURCES === "string" || env.SOURCES === undefined ? env.SOURCES : JSON.stringify(env.SOURCES);
  const { answers, sources: readers } = JSON.parse(glue.setup(env, sources));
  const ready = answers.map(({ status, body, header }) => {
    const headers = { "content-type": "application/problem+json", ...(header && { [header[0]]: header[1] }) };
    return { body, init: { status, headers } };
  });
  return { answers: ready, readers };
}

function answer(n) {
  const { body, init } = told.answers[n];
  return new Response(body, init);
}

const finish = (value) => (typeof value === "number" ? answer(value) : new Response(value, SUCCESS));

/** All of a request in one asynchronous function: a promise costs about as much as the HMAC of a small body. */
async function handle(request, env, ctx) {
  try {
    told ??= setup(env);
    const { headers } = request;
    const length = headers.get("content-length");
    const index = glue.open(request.method, request.url, length);
    if (index < 0) return answer(-1 - index);
    if (index >= ADMIN) return index === HEALTH ? health(request) : answer(-1 - glue.admin(headers.get("authorization")));
    const reader = told.readers[index];
    let body;
    try {
      // HTTP holds a body to its Content-Length, which was checked; without one, chunks are counted.
      body = length === null ? await readChunks(request.body, reader.maxBody) : await request.bytes();
    } catch {
      return answer(-1 - glue.refuse_body(index, false));
    }
    if (body === null || body.length > reader.maxBody) return answer(-1 - glue.refuse_body(index, true));
    let lines = headers.get(reader.headers[0]) ?? "";
    for (let i = 1; i < reader.headers.length; i++) lines += "\n" + (headers.get(reader.headers[i]) ?? "");
    const value = glue.receive(index, lines, headers, body, Date.now() / 1000, ctx);
    return finish(typeof value === "object" ? await value : value);
  } catch (error) {
    return recover(error);
  }
}

/** The whole body, or null where it is larger than the limit. */
async function readChunks(stream, limit) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0];
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks.splice(0)) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function health(request) {
  const text = glue.health();
  const faulty = text.startsWith("!");
  const body = request.method === "HEAD" ? null : text.slice(faulty ? 1 : 0);
  return new Response(body, { status: faulty ? 503 : 200, headers: SUCCESS.headers });
}

/** A trap leaves the instance unusable: the next call gets a new one. The sender gets a 500 and tries again; nothing was marked. */
function recover(error) {
  told = undefined;
  glue.__wbg_reset_state();
  console.error(JSON.stringify({ ev: "trap", code: "internal_error", status: 500, detail: String(error?.message ?? error) }));
  return new Response('{"title":"an unexpected error; try again","status":500,"code":"internal_error"}', {
    status: 500,
    headers: { "content-type": "application/problem+json" },
  });
}

export default { fetch: handle };

/** The inbox, declared so that its migration stands; it stores nothing yet. */
export class Inbox extends DurableObject {
  fetch() {
    return new Response('{"title":"the inbox is not built yet","status":503,"code":"storage_unavailable"}', {
      status: 503,
      headers: { "content-type": "application/problem+json", "retry-after": "30" },
    });
  }
}
