// A check by npm `standardwebhooks` as its users write it.
import { Webhook } from "standardwebhooks";
import { peer } from "./peer.js";

let webhook;

export default peer(async (request, env) => {
  webhook ??= new Webhook(env.GEMINI_WEBHOOK_SECRET);
  const body = await request.text();
  const bytes = body.length;
  try {
    webhook.verify(body, Object.fromEntries(request.headers));
  } catch {
    return { bytes };
  }
  return { id: request.headers.get("webhook-id"), form: "v1", key: 0, age_s: 0, bytes, body };
});

export { Inbox } from "./inbox.js";
