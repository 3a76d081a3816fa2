// Events in SQLite.

const CREATE = `create table if not exists countersign_once (
  id text primary key, token text not null, done integer not null, expires_at integer not null
) without rowid;
create index if not exists countersign_once_expires_at on countersign_once (expires_at)`;
/** A row that expired is taken over. */
const CLAIM = `insert into countersign_once (id, token, done, expires_at) values (?, ?, 0, ?)
on conflict (id) do update set token = excluded.token, done = 0, expires_at = excluded.expires_at where countersign_once.expires_at <= ?
returning 1`;
/** A claim that ended was not taken over, if there is no row. */
const CONFIRM = `insert into countersign_once (id, token, done, expires_at) values (?, ?, 1, ?)
on conflict (id) do update set done = 1, expires_at = excluded.expires_at where countersign_once.token = excluded.token`;
const RELEASE = "delete from countersign_once where id = ? and token = ?";
const TIDY = "delete from countersign_once where expires_at <= ?";

/** While another process writes, a write waits. The default of `node:sqlite` is 0: it fails at once. */
const WAIT = "pragma busy_timeout = 5000";

/**
 * One copy alone gets the claim, among all processes that have the file open. `database` is of `node:sqlite`, `bun:sqlite` or npm
 * `better-sqlite3`. The table is created at once. Rows that expired count for nothing; `tidy` deletes them.
 */
export function sqlite(database) {
  if (Number(Object.values(database.prepare("pragma busy_timeout").get())[0]) === 0) database.exec(WAIT);
  database.exec(CREATE);
  const [claim, select, confirm, release, tidy] = [CLAIM, "select 1 from countersign_once where id = ? and done = 1", CONFIRM, RELEASE, TIDY].map((text) => database.prepare(text));
  const after = (seconds) => Date.now() + seconds * 1000;
  return {
    async claim(id, token, seconds) {
      // No row is undefined, and null in Bun.
      if (claim.get(id, token, after(seconds), Date.now())) return "claimed";
      return select.get(id) ? "done" : "held";
    },
    async confirm(id, token, seconds) {
      confirm.run(id, token, after(seconds));
    },
    async release(id, token) {
      release.run(id, token);
    },
    async tidy() {
      tidy.run(Date.now());
    },
  };
}
