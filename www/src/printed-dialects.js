// Notations that need rules beyond brackets, quotes and separators: Java, Go, PHP and Node's buffers.

/** Java's `{webhook-id=[msg_1], host=a}`: a value extends to the next name. */
export function javaValue(cursor) {
  if (cursor.peek() !== "[") return cursor.until(/(?=, [^\s=,{}[\]]+=|[}\n])|$/g);
  cursor.at += 1;
  return cursor.until(/\](?=\s*[,}\])]|\s*$)/g);
}

/** Go's `map[Webhook-Id:[msg_1] Host:[a]]`: spaces separate the members, and occur in values as well. */
export function goMap(cursor) {
  const object = Object.create(null);
  const ends = { "[": /\](?= [^\s:[\]]+:|\])|$/g, "": /(?= [^\s:[\]]+:)|(?=\])|$/g };
  for (;;) {
    const found = cursor.take(/\s*([^\s:[\]]+):(\[?)/y);
    if (found === null) break;
    object[found[1]] = cursor.until(ends[found[2]]);
  }
  if (cursor.peek() === "]") cursor.at += 1;
  return object;
}

/** PHP's `print_r`, which prints no quotes: the rest of the line. */
export function phpLine(cursor) {
  const end = cursor.text.indexOf("\n", cursor.at);
  const value = cursor.text.slice(cursor.at, end < 0 ? cursor.text.length : end);
  cursor.at += value.length;
  return value.replace(/\r$/, "");
}

/** The rest of Node's `<Buffer 7b 22>`. */
export function nodeBuffer(cursor) {
  const [, hex, rest] = cursor.take(/Buffer((?: [0-9a-f]{2})*)([^>]*)>?/y);
  if (rest.trim() !== "") cursor.cut = true;
  return Uint8Array.from(hex.split(" ").slice(1), (byte) => parseInt(byte, 16));
}
