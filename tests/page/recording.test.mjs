// Somebody sees why a signature does not match, and mends it. README.md shows a recording of it; to take it anew:
// UPDATE=1 node --test tests/page/recording.test.mjs

import { test } from "node:test";
import assert from "node:assert/strict";
import { open, verdict } from "./fixtures/browser.mjs";
import { Film } from "./fixtures/film.mjs";
import { host } from "./fixtures/visit.mjs";

const { server, browser } = await host();

test("from the answer to the fix", async () => {
  const page = await open(browser, server.url, { width: 960, height: 720 });
  const film = new Film(page);
  assert.equal(await verdict(page), "refused");
  await film.show(3000);
  await page.locator("#near").scrollIntoViewIfNeeded();
  await film.show(2500);
  await film.press(page.locator("#near").getByText("Apply this fix").first());
  await page.waitForSelector('#verdict[data-state="genuine"]');
  await page.evaluate(() => scrollTo(0, 0));
  await film.show(3000);
  await film.write("page.gif");
});
