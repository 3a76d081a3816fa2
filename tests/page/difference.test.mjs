// The difference between two bodies: it leads from one to the other, never splits a character, and is as short as an edit can be.

import { test } from "node:test";
import assert from "node:assert/strict";
import { differences } from "../../www/src/difference.js";
import { textOf, utf8 } from "../../www/src/encoding.js";

/** The second run, made of the first and the places. */
function rebuilt(before, after) {
  const out = [];
  let at = 0;
  for (const { from, to, start, end } of differences(before, after)) {
    assert.ok(from >= at, "places are in order");
    out.push(...before.subarray(at, from), ...after.subarray(start, end));
    at = to;
  }
  return Uint8Array.from([...out, ...before.subarray(at)]);
}

/** A generator of numbers below `most`, the same each time. */
function numbers(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

test("the places lead from any bytes to any other", () => {
  const below = numbers(7);
  const bytes = () => Uint8Array.from({ length: below(14) }, () => [0x61, 0x62, 0xc3, 0xa9, 0x80][below(5)]);
  for (let round = 0; round < 5000; round += 1) {
    const [before, after] = [bytes(), bytes()];
    assert.deepEqual(rebuilt(before, after), after, `${before} to ${after}`);
  }
});

test("no character is split", () => {
  for (const [before, after] of [["é", "è"], ["a€b", "a₭b"], ["😀", "😁x"], ["é", "Ã©"]]) {
    const [from, to] = [utf8(before), utf8(after)];
    assert.deepEqual(rebuilt(from, to), to);
    for (const place of differences(from, to)) {
      assert.notEqual(textOf(from.subarray(place.from, place.to)), undefined, `${before}, ${after}`);
      assert.notEqual(textOf(to.subarray(place.start, place.end)), undefined, `${before}, ${after}`);
    }
  }
});

test("only what differs is a place", () => {
  const value = { type: "a", list: [1, 2], more: { b: null } };
  const places = differences(utf8(JSON.stringify(value)), utf8(JSON.stringify(value, null, 2)));
  assert.ok(places.every(({ from, to }) => from === to), "indenting only adds");
  assert.deepEqual(differences(utf8("abc\n"), utf8("abc")), [{ from: 3, to: 4, start: 3, end: 3 }]);
  assert.deepEqual(differences(utf8("abc"), utf8("abc")), []);
});

test("runs of a megabyte with nothing in common are one place", () => {
  const [before, after] = [new Uint8Array(1 << 20).fill(1), new Uint8Array(1 << 20).fill(2)];
  assert.equal(differences(before, after).length, 1);
});
