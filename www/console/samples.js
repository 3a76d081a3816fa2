// A first delivery, to be sent from a terminal: signed there, with the sender's secret in a variable, so that it never is in the browser.

/** Senders that sign as the command does: with a `whsec_…` secret, in `webhook-*` headers. */
const SIGNED_SO = ["standard-webhooks", "gemini", "openai", "anthropic", "replicate"];

/** A command that sends a signed event to a source; undefined if its sender signs otherwise. */
export function firstDelivery({ url, scheme }) {
  if (!url || url.includes("{token}") || !SIGNED_SO.includes(scheme)) return undefined;
  return `SECRET=whsec_…   # the value of the source's secret
ID=msg_$(openssl rand -hex 8) TIME=$(date +%s) BODY='{"type":"hello"}'
KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$TIME.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl '${url.replaceAll("'", "")}' -H 'content-type: application/json' -H "webhook-id: $ID" \\
  -H "webhook-timestamp: $TIME" -H "webhook-signature: v1,$SIGNATURE" --data-binary "$BODY"`;
}
