// The Worker as it is deployed; and a way to fill its inbox faster than by sending.
import worker, { Inbox as Production } from "./index.js";

export class Inbox extends Production {
  /** So many delivered and pending events, the latter far from due. */
  fill(delivered, pending) {
    const now = Date.now();
    const insert = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO events (key, id, form, headers, body, bytes, received_at, state, attempts, tries, since, due, finished)
      SELECT randomblob(32), 'msg_' || hex(randomblob(16)), 'v1', '[]', ?, 400, ?, ?, 1, 1, ?, ? + i, ? FROM n`;
    const { sql } = this.ctx.storage;
    const later = now + 86_400_000;
    if (delivered > 0) sql.exec(insert, delivered, null, now / 1000, 1, now, later, now);
    if (pending > 0) sql.exec(insert, pending, "x".repeat(400), now / 1000, 0, now, later, 0);
    return sql.exec("SELECT count(*) AS n FROM events").one().n;
  }
}

export default {
  async fetch(request, env, ctx) {
    if (!request.url.includes("/__fill?")) return worker.fetch(request, env, ctx);
    const { searchParams } = new URL(request.url);
    const stub = env.INBOX.get(env.INBOX.idFromName("gemini/0"));
    return Response.json(await stub.fill(Number(searchParams.get("delivered")), Number(searchParams.get("pending"))));
  },
};
