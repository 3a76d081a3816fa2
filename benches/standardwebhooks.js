// The same answer and line, from a check by npm `standardwebhooks` as its users write it.
import { Webhook } from "standardwebhooks";

const ANSWER = '{"code":"no_matching_signature","status":401,"title":"no signature matches"}';
const INIT = { status: 401, headers: { "content-type": "application/problem+json" } };
const ID_HASH = "0".repeat(64);
let webhook;

export default {
  async fetch(request, env) {
    webhook ??= new Webhook(env.GEMINI_WEBHOOK_SECRET);
    const body = await request.text();
    try {
      webhook.verify(body, Object.fromEntries(request.headers));
    } catch {
      console.log(
        JSON.stringify({
          ev: "delivery", code: "no_matching_signature", status: 401, source: "gemini", id_hash: ID_HASH, age_s: 0,
          bytes: body.length, dup: false,
        }),
      );
      return new Response(ANSWER, INIT);
    }
    return new Response(null, { status: 204 });
  },
};
