// The Worker's `/admin`. Every write says that it comes from the console, and the browser, that it comes from here: see SECURITY.md.

const LIMIT_MS = 20_000;

/** What the Worker responded in place of an answer. `status` is 0 if it did not respond. */
export class Problem extends Error {
  constructor(status, { code = "unreachable", title, detail } = {}) {
    super(detail ?? title ?? "The Worker does not respond.");
    this.status = status;
    this.code = code;
  }
}

/** What a problem comes to, in a sentence. */
export const told = ({ status, message }) => (status === 404 ? "This no longer exists." : message.replaceAll("`", ""));

/** The answer to a GET, parsed. */
export const get = (path, query, signal) => call("GET", path, { query, signal });

/** The answer to a write, parsed; undefined if there is none. */
export const post = (path, query, body) => call("POST", path, { query, body });
export const remove = (path, query) => call("DELETE", path, { query });

/** The bytes that a GET responds with. */
export const bytes = async (path) => new Uint8Array(await ask("GET", path, {}, "arrayBuffer"));

/**
 * The path of one event, or of something that is done with it: `replay`, `body` and the like. A sender may choose `.` or `..` as an id, which
 * no path can hold, however it is encoded: a browser would make `events/../replay` the path that replays everything. Such an id is in the query.
 */
export function eventPath(source, id, action) {
  const isStep = id === "." || id === "..";
  const path = [source, "events", isStep ? "-" : id, ...(action === undefined ? [] : [action])].map(encodeURIComponent).join("/");
  return isStep ? `${path}?id=${id}` : path;
}

async function call(method, path, options) {
  const text = await ask(method, path, options, "text");
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(0, { code: "unreadable", title: "The Worker’s response is not JSON." });
  }
}

/** What a response holds, read as `text` or `arrayBuffer`. A response may also break off while it is read. */
async function ask(method, path, { query = {}, body, signal }, read) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const url = `/admin/${path}${given.length > 0 ? `${path.includes("?") ? "&" : "?"}${new URLSearchParams(given)}` : ""}`;
  // Cloudflare Access leads whoever has no session to its own page, unless a script says that it is one:
  // https://developers.cloudflare.com/cloudflare-one/identity/users/session-management/
  const headers = { "x-requested-with": "XMLHttpRequest", ...(method === "GET" ? {} : { "x-countersign-console": "1" }), ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const limit = AbortSignal.timeout(LIMIT_MS);
  let response;
  try {
    response = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal: signal ? AbortSignal.any([signal, limit]) : limit, redirect: "error", cache: "no-store" });
    if (response.ok) return await response[read]();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0);
  }
  throw new Problem(response.status, await response.json().catch(() => ({ code: "unreadable", title: `The Worker responded ${response.status}.` })));
}
