// The Worker as it is deployed; and a way to fill its inbox faster than by sending.
import worker, { Inbox as Production } from "./index.js";

export { Courier } from "./index.js";

export class Inbox extends Production {
  /** So many ids of delivered events, in the table that an accepted event opened. */
  fill(ids) {
    const { sql } = this.ctx.storage;
    const insert = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO ids_1 (key, number) SELECT randomblob(16), 1 FROM n`;
    if (ids > 0) sql.exec(insert, ids);
    return this.ctx.storage.sql.databaseSize;
  }
}

export default {
  async fetch(request, env, ctx) {
    if (!request.url.includes("/__fill?")) return worker.fetch(request, env, ctx);
    const { searchParams } = new URL(request.url);
    const stub = env.INBOX.get(env.INBOX.idFromName("gemini/0"));
    return Response.json(await stub.fill(Number(searchParams.get("ids"))));
  },
};
