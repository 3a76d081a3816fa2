// The paths of the API that the console makes of what senders choose: an id never leads anywhere but to its event.

import { test } from "node:test";
import assert from "node:assert/strict";
import { eventPath } from "../../www/console/api.js";

const IDS = ["msg_1", "...", ".a", "a/../b", "../x", "%2e%2e", "%2E", "..%2freplay", "a?b#c", "\\..\\", ";", "a//b", "\u{1f600}", "a b"];

test("an id is one segment of a path, whatever it is", () => {
  for (const id of IDS) {
    const { pathname, search, hash } = new URL(`/admin/${eventPath("stored", id, "replay")}`, "https://a.example");
    assert.deepEqual([pathname.split("/").length, search, hash], [6, "", ""], id);
    assert.deepEqual(pathname.split("/").map(decodeURIComponent), ["", "admin", "stored", "events", id, "replay"], id);
  }
});

test("an id that a browser takes for a step in the path is in the query", () => {
  // This is what is avoided: the path of the job that replays everything at a destination.
  assert.equal(new URL("/admin/stored/events/%2e%2e/replay", "https://a.example").pathname, "/admin/stored/replay");
  for (const id of [".", ".."]) {
    const { pathname, searchParams } = new URL(`/admin/${eventPath("stored", id, "replay")}`, "https://a.example");
    assert.deepEqual([pathname, [...searchParams]], ["/admin/stored/events/-/replay", [["id", id]]]);
  }
});
