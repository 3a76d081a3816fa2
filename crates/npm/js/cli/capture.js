// `npx countersign capture`: an endpoint that saves the next delivery, and answers what its sender asks before.
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { writtenHttp } from "./http.js";
import { plain } from "./plain.js";

/**
 * Listens on a port of this machine, and saves the next delivery in a file. `answers` are those to its sender; without them, every request
 * is a delivery. Resolves when it is saved. Rejects if that is not possible.
 */
export const captured = (port, file, answers) =>
  new Promise((resolve, reject) => {
    let isTaken = false;
    const server = createServer(async (request, response) => {
      const chunks = await request.toArray().catch(() => undefined);
      // The sender hung up. It will send the delivery again.
      if (chunks === undefined) return;
      const body = Buffer.concat(chunks);
      const greeting = await greetingOf(answers, request, body);
      if (greeting !== undefined) {
        response.writeHead(greeting.status, greeting.headers).end(greeting.body);
        return console.log(`replied to the sender's ${request.method}, which is no delivery; still listening`);
      }
      // The file is for one delivery. Senders send another again.
      if (isTaken) return response.writeHead(503, { "retry-after": "60" }).end();
      isTaken = true;
      server.close();
      try {
        await writeFile(file, writtenHttp(request, body, Math.floor(Date.now() / 1000)));
      } catch ({ code }) {
        response.writeHead(500).end();
        return reject(new Error(`${file} cannot be written (${code}): choose another file with --save`));
      }
      response.end();
      console.log(`saved in ${file}: ${request.method} ${plain(request.url)}, ${body.length} bytes`);
      resolve();
    });
    server.once("error", ({ code }) => reject(new Error(`port ${port} cannot be listened on (${code}): choose another with --port`)));
    server.listen(Number(port), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
  });

/** The reply to a handshake; undefined for a delivery, and for a handshake that does not hold, which is worth explaining. */
async function greetingOf(answers, { method, url, headers }, body) {
  if (answers === undefined || !answers.methods.includes(method)) return undefined;
  const options = { jsonParse: false };
  try {
    return method === "POST" ? (await answers.verify(body, headers, options)).greeting : await answers.greet(url, headers, options);
  } catch {
    return undefined;
  }
}
