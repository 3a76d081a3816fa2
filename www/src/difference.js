// The difference between two runs of bytes: the shortest edit, as E. W. Myers describes it in "An O(ND) Difference Algorithm and Its
// Variations" (https://doi.org/10.1007/BF01840446).

/** Beyond this many differing bytes, the parts that differ are one part: nobody would read more, and time grows with the square. */
const MOST_EDITS = 600;

/**
 * The places that differ, in order: `{ from, to }` in the first, `[from, to)`, and `{ start, end }` in the second. They begin and end
 * between characters of UTF-8.
 */
export function differences(before, after) {
  const shortest = Math.min(before.length, after.length);
  let [head, tail] = [0, 0];
  while (head < shortest && before[head] === after[head]) head += 1;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  if (head === before.length && head === after.length) return [];
  const middle = [before.subarray(head, before.length - tail), after.subarray(head, after.length - tail)];
  const found = edits(...middle) ?? [{ from: 0, to: middle[0].length, start: 0, end: middle[1].length }];
  const moved = found.map(({ from, to, start, end }) => ({ from: from + head, to: to + head, start: start + head, end: end + head }));
  return joined(moved.map((place) => whole(place, before, after)));
}

/** The places between two runs without a common beginning or end; undefined if there are too many edits. */
function edits(a, b) {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const furthest = new Int32Array(2 * most + 3);
  const trace = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(furthest.slice());
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && furthest[most + k] < furthest[most + k + 2]);
      let x = isDown ? furthest[most + k + 2] : furthest[most + k] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest[most + k + 1] = x;
      if (x >= a.length && x - k >= b.length) return traced(trace, most, a.length, b.length);
    }
  }
  return undefined;
}

/** Follows the edits back from the end. */
function traced(trace, most, length, other) {
  const found = [];
  let [x, y] = [length, other];
  for (let d = trace.length - 1; d > 0; d -= 1) {
    const [furthest, k] = [trace[d], x - y];
    const isDown = k === -d || (k !== d && furthest[most + k] < furthest[most + k + 2]);
    const previous = isDown ? k + 1 : k - 1;
    const from = furthest[most + previous + 1];
    const start = from - previous;
    found.unshift(isDown ? { from, to: from, start, end: start + 1 } : { from, to: from + 1, start, end: start });
    [x, y] = [from, start];
  }
  return joined(found);
}

/** Places that touch or overlap become one. What is taken in at either end is the same in both, so it is as long in both. */
function joined(places) {
  const all = [];
  for (const place of places) {
    const last = all.at(-1);
    if (last === undefined || (place.from > last.to && place.start > last.end)) {
      all.push({ ...place });
      continue;
    }
    const before = Math.max(0, last.from - place.from, last.start - place.start);
    const after = Math.max(0, last.to - place.to, last.end - place.end);
    Object.assign(last, { from: last.from - before, start: last.start - before, to: place.to + after, end: place.end + after });
  }
  return all;
}

/** Widens a place to whole characters. What it takes in is the same in both. */
function whole({ from, to, start, end }, before, after) {
  const isInside = (bytes, at) => at < bytes.length && (bytes[at] & 0xc0) === 0x80;
  let [back, on] = [0, 0];
  while (back < Math.min(from, start, 3) && (isInside(before, from - back) || isInside(after, start - back))) back += 1;
  while (on < 3 && (isInside(before, to + on) || isInside(after, end + on)) && to + on < before.length && end + on < after.length) on += 1;
  return { from: from - back, to: to + on, start: start - back, end: end + on };
}
