// An inbox as a Durable Object written by hand would have it: claim and event in one statement, an alarm, and then the answer.
import { DurableObject } from "cloudflare:workers";

export class Inbox extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS events (
      number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, id TEXT NOT NULL, headers TEXT NOT NULL, body BLOB,
      received_at INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL);
      CREATE INDEX IF NOT EXISTS events_by_due ON events (state, due)`);
  }

  async accept(id, headers, body) {
    const key = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
    const now = Date.now();
    const rows = this.ctx.storage.sql
      .exec(
        `INSERT INTO events (key, id, headers, body, received_at, state, attempts, due) VALUES (?, ?, ?, ?, ?, 0, 0, ?)
         ON CONFLICT (key) DO NOTHING RETURNING number`,
        key, id, headers, body, now, now,
      )
      .toArray();
    if (rows.length === 0) return "duplicate";
    if (!this.armed) {
      this.armed = true;
      this.ctx.storage.setAlarm(now + 60_000);
    }
    return "accepted";
  }

  alarm() {}

  /** So many events that were delivered, for a measurement: stored faster than by sending. Returns how many there are then. */
  fill(count) {
    const insert = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO events (key, id, headers, body, received_at, state, attempts, due)
      SELECT randomblob(32), 'msg_' || hex(randomblob(16)), '[]', NULL, ?, 1, 1, ? FROM n`;
    const { sql } = this.ctx.storage;
    if (count > 0) sql.exec(insert, count, Date.now(), Date.now() + 86_400_000);
    return sql.exec("SELECT count(*) AS n FROM events").one().n;
  }
}
