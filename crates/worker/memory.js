// The memory of large bodies that were refused. Left to the garbage collector, it is found some thousand deliveries later, and meanwhile each
// is read into memory that no cache holds: 7 % of refusing 64 KiB.

/**
 * Bytes from which on memory is kept for the next body of the same length: 2 to 5 % of refusing it. To read into it takes a reader, which for
 * smaller bodies costs more than that.
 */
export const LARGE = 768 * 1024;
/** Bytes that are kept at most: a quarter of what an isolate may have. */
const MOST = 32 << 20;

/** From the oldest on, each with its length; held weakly, so that nothing is kept from the garbage collector. */
const kept = [];
let bytes = 0;

/**
 * Gives the memory of a body back, from which nobody needs anything any more. It is detached: whoever had it still, by a mistake, would see an
 * empty body, never somebody else's.
 */
export function giveBack({ buffer }) {
  const length = buffer.byteLength;
  if (length < LARGE) return void buffer.transfer(0);
  kept.push({ length, memory: new WeakRef(buffer.transfer()) });
  bytes += length;
  while (bytes > MOST) bytes -= kept.shift().length;
}

/** Memory of just that length, which is the caller's from then on; undefined where there is none. */
export function take(length) {
  for (;;) {
    // The youngest is the likeliest to be in a cache.
    const at = kept.findLastIndex((one) => one.length === length);
    if (at === -1) return undefined;
    const [{ memory }] = kept.splice(at, 1);
    bytes -= length;
    const buffer = memory.deref();
    if (buffer) return buffer;
  }
}

/** As much of a stream as there is memory, and nothing of what was there before: less where the stream ends early. */
export async function fill(buffer, stream) {
  const reader = stream.getReader({ mode: "byob" });
  const { value = new Uint8Array() } = await reader.readAtLeast(buffer.byteLength, new Uint8Array(buffer));
  return value;
}
