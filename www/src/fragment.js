// The fragment of a link with a delivery in it.
import { toBase64Url, utf8 } from "./encoding.js";

/** Browsers and chat programs truncate longer links. */
const LONGEST = 64_000;

/** The members as `readFragment` of share.js reads them. Throws an error whose message is for people. */
export function fragmentWith(members) {
  const fragment = `#${toBase64Url(utf8(JSON.stringify(members)))}`;
  if (fragment.length > LONGEST) throw new Error("This delivery is too large for a link. Copy it as a curl command instead.");
  return fragment;
}
