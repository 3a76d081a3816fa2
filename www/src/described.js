// Samples of senders that sign as the template of their scheme describes. The browser's own cryptography signs them.
import { concat, toBase64, toBase64Url, toHex, utf8 } from "./encoding.js";
import { hmac, randomBytes } from "./sign.js";

/** A secret as a person would see it, whose text is the key. */
export const newSecret = () => [...randomBytes(24)].map(toHex).join("");

/** Puts the id and the time where the sender has them in its body. */
export function complete(event, { template }, id, now) {
  if (template.id.pointer) put(event, template.id.pointer, id);
  if (template.timestamp?.pointer) put(event, template.timestamp.pointer, now * 1000);
  return event;
}

function put(event, pointer, value) {
  const names = pointer.slice(1).split("/");
  const last = names.pop();
  let place = event;
  for (const name of names) {
    if (typeof place[name] !== "object") place[name] = {};
    place = place[name];
  }
  place[last] = value;
}

/** The headers of a delivery that is signed with a key; `change` may alter the signature's bytes. */
export async function signedHeaders({ template }, { id, timestamp, body, key }, change = (bytes) => bytes) {
  const { header, prefix, separator, message, encoding, hash, constants } = template;
  const time = written(template.timestamp, Number(timestamp));
  const value = { id: utf8(id), timestamp: utf8(time), body };
  const signature = change(await hmac(key, concat(...message.map(({ part, text }) => (part ? value[part] : utf8(text)))), hash));
  const text = prefix + ENCODINGS[encoding](signature);
  const inList = template.timestamp?.prefix;
  const headers = [["content-type", "application/json"], ...constants, [header, inList ? `${inList}${time}${separator}${text}` : text]];
  if (template.timestamp?.header && !inList) headers.push([template.timestamp.header, time]);
  if (template.id.header) headers.push([template.id.header, id]);
  return headers;
}

const ENCODINGS = { hex: (bytes) => [...bytes].map(toHex).join(""), base64: toBase64, base64url: toBase64Url };

/** Unix seconds as the sender writes a time. */
function written(timestamp, seconds) {
  if (!timestamp?.header) return "";
  if (timestamp.unit === "rfc3339") return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  return String(timestamp.unit === "milliseconds" ? seconds * 1000 : seconds);
}
