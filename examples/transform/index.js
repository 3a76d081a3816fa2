// Turns events into what a receiver expects that knows nothing of webhooks: here, a message for a chat. Countersign has verified the event
// and stored it; it reads this Worker's status as the destination's. So a failure is tried again, and a 2xx ends it.
//
// Only the Worker that binds it can call it, if it has no route of its own. To check anyhow who calls, give the destination `sign_with` and
// verify with the npm package.
export default {
  async fetch(request, env) {
    const event = await request.json();
    const text = `${event.type}: ${event.data?.id ?? "?"}`;
    const sent = await fetch(env.CHAT_URL, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text, event: request.headers.get("webhook-id") }),
    });
    const headers = new Headers();
    // How long to wait is the chat's to say.
    const retryAfter = sent.headers.get("retry-after");
    if (retryAfter) headers.set("retry-after", retryAfter);
    return new Response(null, { status: sent.status, headers });
  },
};
