// What every contender answers and logs: to the letter what Countersign does, so that nobody is quicker for saying less. The hash of
// the id is a constant here, as nobody would hash an id by hand only to log it.
const PROBLEM = { "content-type": "application/problem+json" };
const SUCCESS = { "content-type": "application/json" };
const ID_HASH = "0".repeat(64);

export const TYPE = "https://github.com/countersign/countersign/blob/main/docs/codes.md#";

/** What a claim of Gemini's says of itself. */
const GEMINI = { scheme: "gemini", id_hash: ID_HASH, age_s: 0 };

const REFUSALS = {
  method_not_allowed: problem("method_not_allowed", 405, "use POST", { allow: "POST" }),
  no_matching_signature: problem("no_matching_signature", 401, "no signature matches"),
  not_found: problem("not_found", 404, "there is nothing at this URL"),
};

/** A delivery that is not what it claims to be. */
export function refuse(code, source, bytes, said = GEMINI) {
  const { status, body, init } = REFUSALS[code];
  note(code, status, source, bytes, said);
  return new Response(body, init);
}

/** The line of a delivery that is refused. */
export function note(code, status, source, bytes, said = GEMINI) {
  log({ ev: "delivery", code, status, source, ...said, bytes, dup: false });
}

/** A request that is no delivery, of which little can be said. */
export function turnAway(code) {
  const { status, body, init } = REFUSALS[code];
  log(code === "not_found" ? { ev: "delivery", code, status, detail: "no_source" } : { ev: "delivery", code, status, source: "gemini", dup: false });
  return new Response(body, init);
}

/** An event that was `delivered`, `accepted` into the inbox, or seen before. `destination` is what it said, and after how long. */
export function succeed(outcome, event, source, destination) {
  const status = outcome === "accepted" ? 202 : 200;
  const { id, form, key, age_s, bytes, type } = event;
  const covers = event.claims ? "claims" : undefined;
  log({
    ev: "delivery", code: outcome, status, source, scheme: schemeOf(form), form, covers, type, key, id_hash: ID_HASH, age_s, bytes, dup: outcome === "duplicate",
    dest_status: destination?.status, dest_ms: destination?.ms,
  });
  return new Response(JSON.stringify({ id, status: outcome }), { status, headers: SUCCESS });
}

/** The scheme that the source of a signature of this form has. */
export const schemeOf = (form) => (form === "v1" ? "gemini" : "gemini-dynamic");

function log(line) {
  console.log(JSON.stringify(line));
}

function problem(code, status, title, headers) {
  return { status, body: JSON.stringify({ code, status, title, type: TYPE + code }), init: { status, headers: { ...PROBLEM, ...headers } } };
}
