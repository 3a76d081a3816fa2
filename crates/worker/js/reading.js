// Reading what others send: bodies of requests and key sets. What that costs in memory and time follows from the bytes on the wire, however
// they are cut into chunks, and it has an end.

import { within } from "./limits.js";

/** An unread body of at most this size does not keep a sender from reading the response: it fits into the buffers of a connection. */
const HARMLESS = 64 * 1024;
/** What is read of a body that is refused before: pieces of this size, each within a second, so many at most. */
const PIECE = 64 * 1024;
const PIECE_MS = 1_000;
const MOST_PIECES = 256;
const FIRST = 16 * 1024;

/** A reader that fills buffers of ours: chunks as they come cost 5 KB each, were they of one byte. */
export const readerOf = (stream) => stream.getReader({ mode: "byob" });

/** All that comes from a reader, or null where that is more than `limit` bytes. */
export async function readAll(reader, limit) {
  let buffer = new ArrayBuffer(Math.min(FIRST, limit + 1));
  let length = 0;
  for (;;) {
    const room = buffer.byteLength - length;
    // Fewer bytes than were asked for are the last.
    const { value } = await reader.readAtLeast(room, new Uint8Array(buffer, length, room));
    length += value.length;
    if (value.length < room) return new Uint8Array(value.buffer, 0, length);
    if (length > limit) return null;
    buffer = value.buffer.transfer(Math.min(length * 2, limit + 1));
  }
}

/** Whether a sender may still write what nobody reads, and then not see the response. One that expects a response first does not write. */
export function isUnread({ body, headers }, length) {
  return !(length <= HARMLESS) && body !== null && !headers.has("expect");
}

/** Reads on, and keeps nothing: a sender that writes while its connection is closed may never see the response. Never rejects. */
export async function skip(reader) {
  let buffer = new ArrayBuffer(PIECE);
  try {
    for (let pieces = 0; pieces < MOST_PIECES; pieces += 1) {
      const { value } = await within(reader.readAtLeast(PIECE, new Uint8Array(buffer)), PIECE_MS);
      if (value.length < PIECE) return;
      buffer = value.buffer;
    }
  } catch {
    // It comes too slowly, or no more.
  }
}
