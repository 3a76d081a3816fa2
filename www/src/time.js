// Formats times for people, and parses times that people write.

/** `12 s`, `4 min 10 s`, `3 h 5 min`, `2 d 4 h`. */
export function span(seconds) {
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
  let rest = Math.abs(Math.trunc(seconds));
  const first = units.findIndex(([, size]) => rest >= size);
  if (first < 0) return "0 s";
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count} ${unit}` : "";
  });
  return parts.filter((part) => part !== "").join(" ");
}

/** `2026-11-25 10:54:30 UTC`, or the number if it is not a date. */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Unix seconds from a number or a date; undefined for anything else. */
export function readTime(text) {
  const value = text.trim();
  if (/^\d{1,12}$/.test(value)) return Number(value);
  if (/^\d{13}$/.test(value)) return Math.floor(Number(value) / 1000);
  if (!/^\d{4}-\d\d-\d\d/.test(value)) return undefined;
  const iso = value.replace(" UTC", "Z").replace(" ", "T");
  const milliseconds = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return milliseconds >= 0 ? Math.floor(milliseconds / 1000) : undefined;
}
