// Messages for Queues: JSON of the headers that an origin would get, and the body.
import { within } from "./limits.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Sends one event; it is there once this resolves. `headers` are a JSON object. A message has at most `largest` bytes: a body that does not
 * fit is written to the bucket first, under `key`, and the message names it.
 */
export function enqueue(queue, bucket, key, headers, body, largest, milliseconds) {
  return within(send(queue, bucket, key, JSON.parse(headers), body, largest), milliseconds);
}

async function send(queue, bucket, key, headers, body, largest) {
  let message = messageOf(headers, body, largest);
  if (message === undefined) {
    if (!bucket) throw new Error("message_too_large");
    await bucket.put(key, body, { httpMetadata: { contentType: headers["content-type"] } });
    message = { headers, key };
  }
  await queue.send(message, { contentType: "json" });
}

/** A message with the body as text, or in base64 if that is not UTF-8, or shorter than its escapes; undefined if none fits. */
function messageOf(headers, body, largest) {
  if (body.length > largest) return undefined;
  const fits = (message) => new TextEncoder().encode(JSON.stringify(message)).length <= largest;
  const text = textOf(body);
  const readable = text !== undefined && { headers, body: text };
  if (readable && fits(readable)) return readable;
  const encoded = { headers, base64: body.toBase64() };
  return fits(encoded) ? encoded : undefined;
}

function textOf(body) {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}

/**
 * Writes events into one object, a line of JSON each; it is there once this resolves. `all` are their headers, a JSON array, in the order of
 * their `bodies`; `at` is the time, which names the day.
 */
export function archive(bucket, folder, at, name, all, bodies, milliseconds) {
  const lines = JSON.parse(all).map((headers, index) => `${JSON.stringify(whole(headers, bodies[index]))}\n`);
  const key = `${folder}/${new Date(at).toISOString().slice(0, 10)}/${name}`;
  return within(bucket.put(key, lines.join(""), { httpMetadata: { contentType: "application/x-ndjson" } }), milliseconds);
}

function whole(headers, body) {
  const text = textOf(body);
  return text === undefined ? { headers, base64: body.toBase64() } : { headers, body: text };
}
