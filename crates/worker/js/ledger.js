// What one object keeps for the whole Worker besides events: counts of deliveries, captured ones, and the audit. It is the object that
// knows all others, "registry". Its tables are made when they are first needed, and nothing in them is needed to deliver an event.
//
// No sender makes it write more often than every ten seconds, however many isolates count; only 20 captured deliveries, which an operator
// asked for, are written as they come.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Counts are written at most that often. */
const EVERY = 10 * SECOND;
/** Sources and codes together that a row counts apart; more are counted as one. */
const MOST_KEYS = 2_000;

/** A capture: how many deliveries, of how many bytes together, for how long; and how long they are kept. */
const CAPTURED = 20;
const CAPTURED_BYTES = 2 * 1024 * 1024;
const CAPTURE_MS = 15 * MINUTE;
const CAPTURE_KEPT = DAY;

/** The audit: how many records, and for how long. */
const RECORDS = 1_000;
const RECORDS_KEPT = 90 * DAY;

const TABLES = [
  "CREATE TABLE IF NOT EXISTS counts (at INTEGER PRIMARY KEY, minutes INTEGER NOT NULL, counts TEXT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS captures (source TEXT PRIMARY KEY, left INTEGER NOT NULL, bytes INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS captured (id INTEGER PRIMARY KEY, source TEXT NOT NULL, at INTEGER NOT NULL, about TEXT NOT NULL, body BLOB NOT NULL)",
  "CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, record TEXT NOT NULL)",
];

const iso = (at) => new Date(at).toISOString();

export class Ledger {
  #sql;
  /** Counts that are not written yet, by source and code as one JSON text. */
  #pending = new Map();
  #writtenAt = 0;
  #timer;

  constructor(storage) {
    this.#sql = storage.sql;
    TABLES.forEach((table) => this.#sql.exec(table));
  }

  /** Adds what an isolate counted: a JSON array of `[source, code, count]`. Returns the captures that are on. */
  count(rows) {
    for (const [source, code, count] of JSON.parse(rows)) {
      const key = JSON.stringify([source, code]);
      this.#pending.set(key, (this.#pending.get(key) ?? 0) + count);
    }
    this.#writeSoon();
    return this.capturing();
  }

  /** What was counted for a source, or for all: by code and hour over a day, and by minute over the last hour, as JSON. */
  counted(source) {
    this.#write();
    const now = Date.now();
    const [thisHour, thisMinute] = [Math.floor(now / HOUR), Math.floor(now / MINUTE)];
    const [byCode, byMinute] = [new Map(), new Map()];
    for (const { at, minutes, counts } of this.#sql.exec("SELECT at, minutes, counts FROM counts WHERE at > ?", now - DAY - HOUR)) {
      const hour = 23 - (thisHour - Math.floor(at / HOUR));
      const minute = 59 - (thisMinute - Math.floor(at / MINUTE));
      for (const [key, count] of Object.entries(JSON.parse(counts))) {
        const [of, code] = JSON.parse(key);
        if (source !== undefined && of !== source) continue;
        if (hour >= 0 && hour < 24) {
          const row = byCode.get(key) ?? { source: of, code, hours: new Array(24).fill(0), total: 0 };
          row.hours[hour] += count;
          row.total += count;
          byCode.set(key, row);
        }
        if (minutes === 1 && minute >= 0 && minute < 60) {
          const all = byMinute.get(of) ?? Array.from({ length: 60 }, () => ({}));
          all[minute][code] = (all[minute][code] ?? 0) + count;
          byMinute.set(of, all);
        }
      }
    }
    const rows = [...byCode.values()].sort((one, other) => other.total - one.total);
    const sources = [...byMinute].map(([name, minutes]) => ({ source: name, minutes }));
    return JSON.stringify({ since: iso((thisHour - 23) * HOUR), by_code: rows, sources });
  }

  /** Begins a capture of a source's refused deliveries, or ends it: what is on for it now, as JSON. */
  capture(source, isOn) {
    if (isOn) this.#sql.exec("INSERT OR REPLACE INTO captures VALUES (?, ?, ?, ?)", source, CAPTURED, CAPTURED_BYTES, Date.now() + CAPTURE_MS);
    else this.#sql.exec("DELETE FROM captures WHERE source = ?", source);
    return JSON.stringify({ capturing: this.#on(source) });
  }

  /** The captures that are on, as JSON: by source, how many deliveries and bytes are left, and until when. */
  capturing() {
    const on = [...this.#sql.exec("SELECT source, left, bytes, until FROM captures WHERE until > ? AND left > 0", Date.now())];
    return JSON.stringify(Object.fromEntries(on.map(({ source, ...left }) => [source, left])));
  }

  /** Keeps a refused delivery, if a capture of its source is on and has room for it. Returns the captures that are on. */
  keep(source, about, body) {
    const now = Date.now();
    const [capture] = this.#sql.exec("SELECT left, bytes FROM captures WHERE source = ? AND until > ? AND left > 0", source, now);
    const size = body.byteLength + about.length;
    if (capture && size <= capture.bytes) {
      this.#sql.exec("INSERT INTO captured (source, at, about, body) VALUES (?, ?, ?, ?)", source, now, about, body);
      this.#sql.exec("UPDATE captures SET left = left - 1, bytes = bytes - ? WHERE source = ?", size, source);
      this.#forgetCaptured(now);
    }
    return this.capturing();
  }

  /** The captured deliveries of a source, newest first, without their bodies, as JSON; `about` has their headers. */
  kept(source) {
    this.#forgetCaptured(Date.now());
    const sql = "SELECT id, at, about, length(body) AS bytes FROM captured WHERE source = ? AND at > ? ORDER BY id DESC LIMIT 200";
    const rows = [...this.#sql.exec(sql, source, Date.now() - CAPTURE_KEPT)];
    const captures = rows.map(({ id, at, about, bytes }) => ({ id: String(id), at: iso(at), bytes, ...JSON.parse(about) }));
    return JSON.stringify({ capturing: this.#on(source), captures });
  }

  /** One captured delivery with its body, or undefined. */
  keptOne(source, id) {
    const sql = "SELECT at, about, body FROM captured WHERE id = ? AND source = ? AND at > ?";
    const [row] = this.#sql.exec(sql, Number(id), source, Date.now() - CAPTURE_KEPT);
    if (row === undefined) return null;
    const body = new Uint8Array(row.body);
    return { text: JSON.stringify({ id, at: iso(row.at), bytes: body.length, ...JSON.parse(row.about), body: body.toBase64() }), body };
  }

  /** Adds a record of what somebody did, a JSON object; whether it did. */
  record(text) {
    const now = Date.now();
    this.#sql.exec("INSERT INTO audit (at, record) VALUES (?, ?)", now, text);
    this.#sql.exec("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?", RECORDS);
    this.#sql.exec("DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT 10) AND at < ?", now - RECORDS_KEPT);
    return true;
  }

  /** A page of records, newest first, as JSON: those before the record of a number, if one is given. */
  records(before, limit) {
    const sql = "SELECT id, at, record FROM audit WHERE id < ? AND at >= ? ORDER BY id DESC LIMIT ?";
    const rows = [...this.#sql.exec(sql, before || Number.MAX_SAFE_INTEGER, Date.now() - RECORDS_KEPT, limit)];
    const cursor = rows.length === limit ? String(rows.at(-1).id) : null;
    return JSON.stringify({ audit: rows.map(({ at, record }) => ({ at: iso(at), ...JSON.parse(record) })), cursor });
  }

  #on(source) {
    const [on] = this.#sql.exec("SELECT left, until FROM captures WHERE source = ? AND until > ? AND left > 0", source, Date.now());
    return on ? { left: on.left, until: iso(on.until) } : null;
  }

  /** Writes now, or ten seconds after the last time. */
  #writeSoon() {
    const wait = this.#writtenAt + EVERY - Date.now();
    if (wait <= 0 || wait > EVERY) return this.#write();
    // If this object ends before, ten seconds of counts are lost, and nothing else.
    this.#timer ??= setTimeout(() => this.#write(), wait);
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    const now = Date.now();
    const minute = now - (now % MINUTE);
    const [row] = this.#sql.exec("SELECT counts FROM counts WHERE at = ? AND minutes = 1", minute);
    if (row === undefined) this.#fold(now);
    const counts = row === undefined ? {} : JSON.parse(row.counts);
    addAll(counts, [...this.#pending]);
    this.#pending.clear();
    this.#writtenAt = now;
    this.#sql.exec("INSERT OR REPLACE INTO counts VALUES (?, 1, ?)", minute, JSON.stringify(counts));
  }

  /** Makes one row of the minutes of an hour that is over, and forgets what is older than a day, and captures that have had theirs. */
  #fold(now) {
    const old = [...this.#sql.exec("SELECT at, counts FROM counts WHERE minutes = 1 AND at < ? ORDER BY at", now - HOUR - MINUTE)];
    const hours = new Map();
    for (const { at, counts } of old) hours.set(at - (at % HOUR), [...(hours.get(at - (at % HOUR)) ?? []), counts]);
    for (const [hour, all] of hours) {
      // An hour's row has the time of its last second: a minute's row has that of its first.
      const at = hour + HOUR - SECOND;
      const [known] = this.#sql.exec("SELECT counts FROM counts WHERE at = ?", at);
      const counts = known === undefined ? {} : JSON.parse(known.counts);
      for (const one of all) addAll(counts, Object.entries(JSON.parse(one)));
      this.#sql.exec("INSERT OR REPLACE INTO counts VALUES (?, 60, ?)", at, JSON.stringify(counts));
    }
    if (old.length > 0) this.#sql.exec("DELETE FROM counts WHERE minutes = 1 AND at < ?", now - HOUR - MINUTE);
    this.#sql.exec("DELETE FROM counts WHERE at < ?", now - DAY - HOUR);
    this.#forgetCaptured(now);
  }

  #forgetCaptured(now) {
    this.#sql.exec("DELETE FROM captured WHERE at < ?", now - CAPTURE_KEPT);
    this.#sql.exec("DELETE FROM captures WHERE until <= ?", now);
  }
}

/** Adds counts to a row, which never counts more than so many things apart. */
function addAll(row, counts) {
  let size = Object.keys(row).length;
  for (const [key, count] of counts) {
    const place = key in row || size < MOST_KEYS ? key : '[null,"other"]';
    if (!(place in row)) size += 1;
    row[place] = (row[place] ?? 0) + count;
  }
}
