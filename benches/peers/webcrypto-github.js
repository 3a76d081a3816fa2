// A check of GitHub's signatures by WebCrypto, by hand.
import { refuse } from "./answers.js";

const PREFIX = "sha256=";
const encoder = new TextEncoder();
let key;

export default {
  async fetch(request, env) {
    const signature = request.headers.get("x-hub-signature-256") ?? "";
    const body = await request.arrayBuffer();
    key ??= await crypto.subtle.importKey("raw", encoder.encode(env.GEMINI_WEBHOOK_SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const mac = signature.startsWith(PREFIX) ? Uint8Array.fromHex(signature.slice(PREFIX.length)) : new Uint8Array();
    if (await crypto.subtle.verify("HMAC", key, mac, body)) return new Response(null, { status: 204 });
    return refuse("no_matching_signature", "github", body.byteLength, { scheme: "github" });
  },
};
