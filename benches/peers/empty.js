// Checks nothing, and otherwise does the work of the others: the limit of what they can reach. With `ANSWER`, which says which answer,
// it reads the body, writes the line and gives the answer that Countersign does: what a request costs before any work is done for it.
import { refuse, succeed, turnAway } from "./answers.js";
import { peer } from "./peer.js";

const decoder = new TextDecoder();
const believing = peer((request, env) => (env.MODE === "jwt" ? claimed(request) : sent(request, env)));

export default {
  fetch: (request, env, context) => (env.ANSWER === undefined ? believing.fetch(request, env, context) : answer(request, env)),
};

async function answer(request, env) {
  const body = await request.arrayBuffer();
  switch (env.ANSWER) {
    case "no_matching_signature":
      return refuse(env.ANSWER, "gemini", body.byteLength);
    case "delivered":
      return succeed("delivered", event(request, "v1", body), "gemini", { status: 204, ms: 0 });
    default:
      return turnAway(env.ANSWER);
  }
}

/** The event as the headers have it. */
async function sent(request, env) {
  return event(request, env.MODE === "v1a" ? "v1a" : "v1", await request.arrayBuffer());
}

/** Which key signed is known only to who checks: it says the first. */
function event(request, form, body) {
  return { id: request.headers.get("webhook-id"), form, key: 0, age_s: 0, bytes: body.byteLength, body };
}

/** The event as the token has it. */
async function claimed(request) {
  const { byteLength: bytes } = await request.arrayBuffer();
  const [, payload] = request.headers.get("webhook-signature").split(".");
  const body = decoder.decode(Uint8Array.fromBase64(payload, { alphabet: "base64url" }));
  const { jti: id, type } = JSON.parse(body);
  return { id, type, form: "jwt", key: 0, bytes, claims: true, body };
}

export { Inbox } from "./inbox.js";
