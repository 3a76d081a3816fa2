// The same insert as a Durable Object written by hand would make it: claim and event in one statement, an alarm, a 202. It checks no
// signature, so what it costs is the storing alone.
export { Inbox } from "./peers/inbox.js";

const HEADERS = { "content-type": "application/json" };
const ID_HASH = "0".repeat(64);

export default {
  async fetch(request, env) {
    const body = await request.arrayBuffer();
    const id = request.headers.get("webhook-id");
    const headers = JSON.stringify(["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, request.headers.get(name)]));
    const stub = env.INBOX.get(env.INBOX.idFromName("gemini/0"));
    const status = await stub.accept(id, headers, body);
    const code = status === "accepted" ? 202 : 200;
    console.log(
      JSON.stringify({ ev: "delivery", code: status, status: code, source: "gemini", id_hash: ID_HASH, age_s: 0, bytes: body.byteLength, dup: code === 200 }),
    );
    return new Response(JSON.stringify({ status, id }), { status: code, headers: HEADERS });
  },
};
