// Headers and body of a signed delivery, read by hand: what is common to both kinds of keys.
const TOLERANCE_S = 300;
const encoder = new TextEncoder();

/** The event that is claimed, the bytes that are signed, and the signatures of a version; none where the claim is not worth a check. */
export async function readSigned(request, version) {
  const { headers } = request;
  const [id, timestamp, signature] = [headers.get("webhook-id"), headers.get("webhook-timestamp"), headers.get("webhook-signature")];
  const body = await request.arrayBuffer();
  const age_s = Math.floor(Date.now() / 1000) - Number(timestamp);
  const signed = { id, form: version, age_s, bytes: body.byteLength, body };
  if (!id || !signature || !/^[0-9]+$/.test(timestamp) || Math.abs(age_s) > TOLERANCE_S) return { signed, tokens: [] };
  const prefix = encoder.encode(`${id}.${timestamp}.`);
  const message = new Uint8Array(prefix.length + body.byteLength);
  message.set(prefix);
  message.set(new Uint8Array(body), prefix.length);
  const tokens = signature.split(" ").filter((token) => token.startsWith(`${version},`));
  return { signed, message, tokens: tokens.map((token) => bytesOf(token.slice(version.length + 1))) };
}

export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
