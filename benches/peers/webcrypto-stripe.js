// A check of Stripe's signatures by WebCrypto, by hand: the age, and each `v1`.
import { refuse } from "./answers.js";

const TOLERANCE_S = 300;
const encoder = new TextEncoder();
let key;

export default {
  async fetch(request, env) {
    const items = (request.headers.get("stripe-signature") ?? "").split(",").map((item) => item.split("="));
    const [, timestamp] = items.find(([name]) => name === "t") ?? [];
    const body = await request.arrayBuffer();
    const age_s = Math.floor(Date.now() / 1000) - Number(timestamp);
    key ??= await crypto.subtle.importKey("raw", encoder.encode(env.GEMINI_WEBHOOK_SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    if (Math.abs(age_s) <= TOLERANCE_S) {
      const prefix = encoder.encode(`${timestamp}.`);
      const message = new Uint8Array(prefix.length + body.byteLength);
      message.set(prefix);
      message.set(new Uint8Array(body), prefix.length);
      for (const [name, mac] of items) {
        if (name !== "v1") continue;
        if (await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(mac), message)) return new Response(null, { status: 204 });
      }
    }
    return refuse("no_matching_signature", "stripe", body.byteLength, { scheme: "stripe", age_s });
  },
};
