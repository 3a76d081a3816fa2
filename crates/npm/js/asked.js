// What senders ask of an endpoint before they send events, as `countersign/testing` asks it, and which replies they take.
import { HANDSHAKES } from "./answers.js";
import { misuse } from "./error.js";
import { put } from "./samples/described.js";
import { toHex, utf8 } from "./samples/encoding.js";
import { hmac } from "./samples/sign.js";

/** The names of the schemes whose senders ask. */
export const ASKING = Object.keys(HANDSHAKES);

/**
 * A question of a scheme's sender: `{ method, query, headers, event, wants, isTaken }`. It has an `event` if it is a delivery. `isTaken` says
 * whether the text of a reply is what the sender `wants`.
 */
export function questionOf(scheme, given) {
  const asks = HANDSHAKES[scheme];
  const { verifyToken } = given;
  if (verifyToken !== undefined && asks.kind !== "hub_challenge") throw misuse("config_invalid", "`verifyToken` is for a sender that asks for one with a GET, such as `meta`");
  return { method: asks.method, query: "", headers: [], ...QUESTIONS[asks.kind](asks, given) };
}

const QUESTIONS = {
  echo({ marker, equals, challenge, sends, takesJson }) {
    const [text, event] = [nonce(), {}];
    put(event, marker, equals);
    put(event, challenge, text);
    const isTaken = (said) => said === text || (takesJson && jsonOf(said)?.challenge === text);
    return { event, headers: sends === undefined ? [] : [sends], wants: `the challenge \`${text}\` as text`, isTaken };
  },
  encrypted_token(_, { secret }) {
    const plainToken = nonce();
    const isTaken = async (said) => {
      const [reply, mac] = [jsonOf(said), await hmac(utf8(secret), utf8(plainToken))];
      return reply?.plainToken === plainToken && reply.encryptedToken === [...mac].map(toHex).join("");
    };
    const wants = `JSON with \`plainToken\`, \`${plainToken}\`, and \`encryptedToken\`, its HMAC-SHA256 by the secret as hex`;
    return { event: { event: "endpoint.url_validation", payload: { plainToken } }, wants, isTaken };
  },
  ping: () => ({ event: { type: 1 }, wants: 'the JSON `{"type":1}`', isTaken: (said) => jsonOf(said)?.type === 1 }),
  hub_challenge(_, { verifyToken }) {
    if (typeof verifyToken !== "string" || verifyToken === "") throw misuse("config_invalid", "`verifyToken` is the token that you give the sender");
    const text = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    const query = new URLSearchParams({ "hub.mode": "subscribe", "hub.challenge": text, "hub.verify_token": verifyToken });
    return { query: query.toString(), wants: `the challenge \`${text}\` as text`, isTaken: (said) => said === text };
  },
  header_challenge({ header }, { secret }) {
    if (typeof secret !== "string" || secret === "") throw misuse("empty_secret", "`secret` is the receiver's secret");
    const text = nonce();
    const isTaken = (said) => jsonOf(said)?.verification === text;
    return { headers: [["authorization", secret], [header, text]], wants: `JSON with \`verification\`, \`${text}\``, isTaken };
  },
  probe: () => ({ wants: "nothing else", isTaken: () => true }),
};

const nonce = () => crypto.randomUUID().replaceAll("-", "");

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
