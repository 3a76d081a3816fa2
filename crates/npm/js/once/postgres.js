// Events in Postgres.

const CREATE = `create table if not exists countersign_once (
  id text primary key, token text not null, done boolean not null, expires_at timestamptz not null
);
create index if not exists countersign_once_expires_at on countersign_once (expires_at)`;
/** A row that expired is taken over. The database's clock decides. */
const CLAIM = `insert into countersign_once as known (id, token, done, expires_at)
values ($1, $2, false, now() + make_interval(secs => $3))
on conflict (id) do update set token = excluded.token, done = false, expires_at = excluded.expires_at where known.expires_at <= now()
returning true`;
/** A claim that ended was not taken over, if there is no row. */
const CONFIRM = `insert into countersign_once as known (id, token, done, expires_at)
values ($1, $2, true, now() + make_interval(secs => $3))
on conflict (id) do update set done = true, expires_at = excluded.expires_at where known.token = excluded.token`;
const RELEASE = "delete from countersign_once where id = $1 and token = $2";
const TIDY = "delete from countersign_once where expires_at <= now()";

/**
 * One copy alone gets the claim. A claim outlives a crash until its lease ends. `client` is a pool or a client of npm `pg`, outside a
 * transaction. Call `create` once, and `tidy` now and then: rows that expired count for nothing, and stay until then.
 */
export function postgres(client) {
  return {
    async claim(id, token, seconds) {
      if ((await client.query(CLAIM, [id, token, seconds])).rows.length > 0) return "claimed";
      const { rows } = await client.query("select done from countersign_once where id = $1", [id]);
      return rows[0]?.done ? "done" : "held";
    },
    confirm: (id, token, seconds) => client.query(CONFIRM, [id, token, seconds]),
    release: (id, token) => client.query(RELEASE, [id, token]),
    create: () => client.query(CREATE),
    tidy: () => client.query(TIDY),
  };
}
