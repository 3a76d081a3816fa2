// Who did what.
import { el } from "../src/dom.js";
import { get } from "./api.js";
import { inWords } from "./filters.js";
import { button, code, empty, table } from "./parts.js";
import { link } from "./place.js";
import { count, foreign, time } from "./text.js";

/** The screen of the audit records, the latest first. */
export function audit(_, app) {
  let [rows, cursor] = [[], undefined];
  const unknown = (page) => {
    const known = new Set(rows.map((row) => JSON.stringify(row)));
    return page.audit.filter((row) => !known.has(JSON.stringify(row)));
  };
  return {
    name: "audit",
    title: "Audit",
    every: 10_000,
    actions: {
      older: () => app.act(async () => {
        const page = await get("audit", { cursor });
        rows = [...rows, ...unknown(page)];
        cursor = page.cursor;
      }),
    },
    async load(signal) {
      const page = await get("audit", {}, signal);
      const fresh = unknown(page);
      // With a whole page of new records, there may be more between them and what is shown.
      if (fresh.length === page.audit.length) [rows, cursor] = [page.audit, page.cursor];
      else rows = [...fresh, ...rows];
    },
    view: () => [
      el("h1", "Audit"),
      el("p.summary.spaced", "Every action of an operator, here or by script, is recorded for 90 days."),
      rows.length === 0 ? empty("Nobody has changed anything yet") : list(rows),
      cursor && el("p.buttons.after", button("older", "Older records")),
    ],
  };
}

function list(rows) {
  const heads = [{ text: "When" }, { text: "Who" }, { text: "Action" }, { text: "Source" }, { text: "On" }, { text: "How many", end: true }, { text: "Result" }];
  return table("Audit", heads, rows.map(({ at, who, role, action, source, destination, id_hash: hash, count: number, filter, code: result }) => ({
    attributes: {},
    cells: [
      time(at),
      [foreign(who ?? "–"), role && el("span.hint", ` ${role}`)],
      action,
      source ? el("a", { href: link("events", [source]), "data-item": "" }, foreign(source)) : "–",
      [destination && foreign(destination), hash && el("code", { title: hash }, `${hash.slice(0, 12)}…`), filter && el("span.hint", " ", foreign(inWords(filter))), !destination && !hash && !filter && "–"],
      Number.isFinite(number) ? count(number) : "–",
      result ? code(result) : "–",
    ],
  })));
}
