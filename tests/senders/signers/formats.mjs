// What senders have in common: HMAC, timestamps, and the formats of signature headers.
import crypto from "node:crypto";

/** The time of every check, in Unix seconds. */
export const NOW = 1_795_860_127;

/** HMAC of the joined parts. */
export const hmac = (hash, encoding, key, ...parts) => {
  const mac = crypto.createHmac(hash, key);
  for (const part of parts) mac.update(part);
  return mac.digest(encoding);
};

/** A timestamp as text, in the sender's unit. */
export const stamp = { s: (now) => `${now}`, ms: (now) => `${now * 1000}`, iso: (now) => new Date(now * 1000).toISOString() };

/** One header with one signature after a prefix, and headers that are not signed. */
export const header = (name, prefix = "", unsigned = []) => ({
  required: [name],
  place: ([signature]) => ({ headers: [[name, prefix + signature], ...unsigned] }),
});

/** One header for the signature, and one for the signed timestamp. */
export const timed = (signed, time, unit, prefix = "") => ({
  required: [signed, time],
  place: ([signature], { now }) => ({ headers: [[signed, prefix + signature], [time, stamp[unit](now)]] }),
});

/** Timestamp and signatures as members of one header, such as `t=…,v1=…,v1=…`. */
export const members = (name, unit, { time = "t", member = "v1", separator = "," } = {}) => ({
  required: [name],
  several: true,
  place: (signatures, { now }) => ({
    headers: [[name, [`${time}=${stamp[unit](now)}`, ...signatures.map((signature) => `${member}=${signature}`)].join(separator)]],
  }),
});

/** The three headers of Standard Webhooks: `webhook-id` or `svix-id`, and so on. */
export const standard = (prefix) => ({
  required: ["id", "timestamp", "signature"].map((part) => `${prefix}-${part}`),
  several: true,
  place: (signatures, { now, id }) => ({
    headers: [
      [`${prefix}-id`, id],
      [`${prefix}-timestamp`, stamp.s(now)],
      [`${prefix}-signature`, signatures.map((signature) => `v1,${signature}`).join(" ")],
    ],
  }),
});
