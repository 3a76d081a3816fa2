// An event as something to run elsewhere: a command, a test vector, a link to the page that explains deliveries.
import { curl } from "../src/copy-as.js";
import { toBase64, toBase64Url } from "../src/encoding.js";
import { fragmentWith } from "../src/fragment.js";

const secondsOf = ({ received_at: received }) => Math.floor(Date.parse(received) / 1000);

/** A command that sends the same bytes, to a URL to replace: which one the sender called is not stored. */
export const asCurl = ({ source, headers, body }) => curl({ headers, body, url: `http://127.0.0.1:8787/${source}`, method: "POST" });

/** A case as tests/vectors has them. */
export const asVector = ({ scheme, headers, body, event }) =>
  `${JSON.stringify({ name: event.id, preset: scheme, headers, body_base64: toBase64(body), expect: "accept", now: secondsOf(event) }, null, 2)}\n`;

/** The page is served at `/` where `[assets]` is on. The delivery is in the fragment, which is never sent. */
export const explainerLink = ({ scheme, headers, body, event }) => `/${fragmentWith({ scheme, headers, body: toBase64Url(body), now: secondsOf(event) })}`;
