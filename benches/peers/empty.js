// Reads the body, checks nothing, writes the line and gives the answer that Countersign does: what a request costs before any work
// is done for it. `ANSWER` says which answer.
import { refuse, succeed, turnAway } from "./answers.js";

export default {
  async fetch(request, env) {
    const { byteLength: bytes } = await request.arrayBuffer();
    switch (env.ANSWER) {
      case "no_matching_signature":
        return refuse(env.ANSWER, "gemini", bytes);
      case "delivered":
        return succeed("delivered", event(request, bytes), "gemini", { status: 204, ms: 0 });
      default:
        return turnAway(env.ANSWER);
    }
  },
};

const event = (request, bytes) => ({ id: request.headers.get("webhook-id"), scheme: "v1", key: 0, age_s: 0, bytes });
