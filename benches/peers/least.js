// The least that a check can be: three headers, one native HMAC, one comparison, and an answer that is ready. It looks at no path, method,
// age or second signature, takes its time over a comparison, and so would accept what nobody should: it says what a check costs at least.
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { TYPE, note } from "./answers.js";

const SOURCE = "gemini";
let key, refusal;

export default {
  async fetch(request, env) {
    key ??= Buffer.from(env.GEMINI_WEBHOOK_SECRET.slice("whsec_".length), "base64");
    refusal ??= new Blob([JSON.stringify({ code: env.ANSWER, status: 401, title: "no signature matches", type: TYPE + env.ANSWER })], { type: "application/problem+json" });
    const { headers } = request;
    const prefix = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.`;
    const signature = headers.get("webhook-signature");
    const body = new Uint8Array(await request.arrayBuffer());
    const expected = createHmac("sha256", key).update(prefix).update(body).digest("base64");
    const bytes = body.length;
    // As Countersign does; it keeps that of very large ones for the next.
    if (bytes > 8192) body.buffer.transfer(0);
    if (signature === `v1,${expected}`) return new Response(null, { status: 204 });
    note(env.ANSWER, 401, SOURCE, bytes);
    return new Response(refusal, { status: 401 });
  },
};
