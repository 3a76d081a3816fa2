// Samples of senders that sign as the template of their scheme describes. The browser's own cryptography signs them.
import { concat, toBase64, toBase64Url, toHex, utf8 } from "./encoding.js";
import { sha256 } from "./sign.js";

/** Puts the id and the time where the sender has them in its body. */
export function complete(event, { template }, id, now) {
  if (template.id.pointer) put(event, template.id.pointer, id);
  if (template.timestamp?.pointer) put(event, template.timestamp.pointer, now * 1000);
  return event;
}

/** Puts a value at a JSON pointer, and makes the objects on the way. */
export function put(event, pointer, value) {
  const names = pointer.slice(1).split("/");
  const last = names.pop();
  let place = event;
  for (const name of names) {
    if (typeof place[name] !== "object") place[name] = {};
    place = place[name];
  }
  place[last] = value;
}

/** The value at a JSON pointer; undefined if there is none. */
export const at = (event, pointer) => pointer.slice(1).split("/").reduce((value, name) => value?.[name], event);

/** The text of an event as the sender writes it: a form, if it signs the pairs of one, otherwise JSON. */
export function written(event, { template }) {
  if (!isForm(template)) return JSON.stringify(event);
  const { data, ...members } = event;
  return new URLSearchParams({ ...members, ...data }).toString();
}

const isForm = ({ message }) => message.some(({ of }) => of === "form");

/** A body with one item, whose signature covers some of its members and stands beside them. */
export async function signedItem({ list, item, signature, signed, separator }, event, key) {
  const members = { ...event };
  signed.forEach((pointer, place) => put(members, pointer, `sample${place + 1}`));
  const values = signed.map((pointer) => at(members, pointer));
  put(members, signature, toBase64(await key.sign(utf8(values.join(separator)))));
  return JSON.stringify({ [list]: [{ [item]: members }] });
}

/** The headers of a delivery that is signed with a key; `change` may alter the signature's bytes. */
export async function signedHeaders({ template }, plan, change = (bytes) => bytes) {
  const { header, prefix, separator, message, encoding, constants, id, timestamp } = template;
  if (header === null) return [["content-type", "application/json"]];
  const time = timeOf(timestamp, Number(plan.timestamp));
  const signature = plan.key.sign && change(await plan.key.sign(await contentOf(message, { ...plan, time })));
  const text = prefix + (signature === undefined ? plan.key.secret : ENCODINGS[encoding](signature));
  const inList = timestamp?.prefix;
  const type = isForm(template) ? "application/x-www-form-urlencoded" : "application/json";
  const headers = [["content-type", type], ...constants, [header, inList ? `${inList}${time}${separator}${text}` : text]];
  if (timestamp?.header && !inList) headers.push([timestamp.header, time]);
  if (id.header) headers.push([id.header, plan.id]);
  return [...headers, ...message.filter(({ part }) => part === "header").map((part) => [part.header, SAMPLE])];
}

/** The value of a header that a sender signs besides the timestamp and the id. */
const SAMPLE = "sample-1";

const ENCODINGS = { hex: (bytes) => [...bytes].map(toHex).join(""), base64: toBase64, base64url: toBase64Url };

/** The signed bytes. */
async function contentOf(message, { id, time, method, url, body }) {
  const derived = { url: () => url, form: () => pairs(body) };
  const values = {
    id: () => id,
    timestamp: () => time,
    method: () => method,
    url: () => url,
    header: () => SAMPLE,
    body: () => body,
    body_sha256: async () => ENCODINGS.hex(await sha256(body)),
    derived: ({ of }) => derived[of](),
  };
  const parts = await Promise.all(message.map((part) => part.text ?? values[part.part](part)));
  return concat(...parts.map((part) => (typeof part === "string" ? utf8(part) : part)));
}

/** The pairs of a form, sorted, with nothing between them. */
const pairs = (body) => [...new URLSearchParams(new TextDecoder().decode(body))].sort(([a], [b]) => (a < b ? -1 : 1)).flat().join("");

/** Unix seconds as the sender writes a time. */
function timeOf(timestamp, seconds) {
  if (!timestamp?.header) return "";
  if (timestamp.unit === "rfc3339") return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  return String(timestamp.unit === "milliseconds" ? seconds * 1000 : seconds);
}
