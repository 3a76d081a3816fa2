// What an application of these tests does with deliveries: it notes them in a file, because the test is another process.
import { appendFileSync } from "node:fs";

const note = (entry) => appendFileSync(process.env.SEEN, `${JSON.stringify(entry)}\n`);

/** The same as the handler of `Seen`. */
export async function handler({ body, id }) {
  if (id.startsWith("msg_fails")) throw new TypeError("ours");
  if (id.startsWith("msg_says")) return "challenge";
  note({ body: Buffer.from(body).toString("base64") });
}

export const options = {
  limit: 200_000,
  log: ({ error, ...record }) => note({ record: error === undefined ? record : { ...record, error: { message: error.message } } }),
};
