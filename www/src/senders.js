// The sender of a delivery, by its headers: the Standard Webhooks family, the schemes of the registry, and senders that no scheme covers.
import { SCHEMES } from "./scheme-list.js";

/** A header of the family. The prefix tells the scheme. */
const FAMILY = /^(?:webhook|svix)-(?:id|timestamp|signature)$/;

/** The schemes outside the family: a header of their own tells them. */
const RECOGNISED = SCHEMES.filter(({ signatures }) => !signatures.some((name) => FAMILY.test(name)));

/**
 * Senders that the page cannot check, by a header of theirs; the first that is present decides. Source: each sender's own
 * documentation.
 */
const OTHERS = [
  ["x-gitea-event", "Gitea", "x-gitea-signature"],
  ["x-hubspot-signature", "HubSpot"],
  ["paypal-transmission-sig", "PayPal"],
  ["x-amz-sns-message-type", "Amazon SNS"],
  ["x-dropbox-signature", "Dropbox"],
  ["x-hook-signature", "Asana"],
  ["x-xero-signature", "Xero"],
  ["intuit-signature", "Intuit"],
  ["x-line-signature", "LINE"],
];

/** Names of signature headers that any request may have. They tell a sender only with another header of its own. */
const COMMON = ["signature", "authorization"];

/** Names that identify a delivery. */
const TELLING = new Set([...RECOGNISED.flatMap(({ signatures }) => signatures), ...OTHERS.map(([header]) => header)].filter((name) => !COMMON.includes(name)));

/** Whether a text mentions a header of a signed delivery, in any spelling. */
export const mentionsOne = (text) => MENTIONED.test(text);
const MENTIONED = new RegExp(["(?:webhook|svix)-(?:id|timestamp|signature)", ...TELLING].join("|").replaceAll("-", "[-_]"), "i");

/** Whether a name is one of the three headers of the family. */
export const isFamily = (name) => FAMILY.test(name.toLowerCase());

/** Whether a name is a header by which a delivery is recognised. */
export const isTelling = (name) => isFamily(name) || TELLING.has(name.toLowerCase());

/** The scheme of that name; undefined if there is none. */
export const schemeNamed = (name) => SCHEMES.find((scheme) => scheme.name === name);

/** How far a delivery's time may be from now, by default, in seconds; undefined where no time is signed. */
export const toleranceOf = (name) => schemeNamed(name).tolerance ?? undefined;

/**
 * A sender other than that of the chosen scheme, `{ name, header, scheme? }`; undefined if the headers are those of the chosen scheme, of
 * the family, or unknown. Without a `scheme`, the page cannot check its deliveries. `ownHeader` is the header that the receiver chose at the
 * sender, if it chose one.
 */
export function otherSender(headers, chosen, ownHeader) {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const own = [...(schemeNamed(chosen)?.signatures ?? []), ownHeader?.toLowerCase()];
  if (own.some((name) => names.has(name))) return undefined;
  if ([...names].some((name) => FAMILY.test(name) && name.endsWith("-signature"))) return undefined;
  return recognised(names) ?? unchecked(names);
}

/** The schemes whose signature is there, and of these the ones of which the most other headers are there too. */
function recognised(names) {
  const count = ({ others }) => others.filter((name) => names.has(name)).length;
  const present = (scheme) => scheme.signatures.some((name) => names.has(name) && (TELLING.has(name) || count(scheme) > 0));
  const found = RECOGNISED.filter(present);
  const most = Math.max(...found.map(count));
  const best = found.filter((scheme) => count(scheme) === most);
  if (best.length === 0) return undefined;
  const [{ name: scheme, signatures }] = best;
  return { scheme, name: best.map(({ title }) => title).join(" or "), header: signatures.find((name) => names.has(name)) };
}

/** The scheme of the family that sends a header which is there, besides the three; undefined if none does. */
export function familyMember(headers) {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  return SCHEMES.find(({ signatures, others }) => signatures.some((name) => FAMILY.test(name)) && others.some((name) => !FAMILY.test(name) && names.has(name)));
}

/** The scheme whose signature stands in a body like this one; undefined if none does. */
export const signedInside = (text) => SCHEMES.find(({ template }) => template?.message.some(({ part, list, item }) => part === "fields" && text.includes(`"${list}"`) && text.includes(`"${item}"`)));

/** A scheme whose proof is in a header that any request may have, if that header is there: a token that can be read tells it. */
export function unmarked(headers) {
  const value = (name) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  const found = RECOGNISED.filter(({ signatures }) => signatures.some((name) => COMMON.includes(name) && value(name) !== undefined));
  const isToken = ({ identity }) => identity !== null && value(identity.header)?.startsWith(`${identity.method}ey`);
  return found.find(isToken) ?? found.find(({ identity }) => identity === null);
}

function unchecked(names) {
  const found = OTHERS.find(([header]) => names.has(header));
  if (found === undefined) return undefined;
  const [header, name, signature] = found;
  return { name, header: signature !== undefined && names.has(signature) ? signature : header };
}

/** Whether headers belong to a signed delivery, of any sender. */
export const isDelivery = (headers) => headers.length > 0 && (headers.some(([name]) => isFamily(name)) || otherSender(headers) !== undefined);

/** What to say about another sender's delivery. */
export function aboutOther({ name, header, scheme }) {
  const what = `This is a delivery of ${name}, because it has the header \`${header}\`.`;
  return scheme === undefined ? `${what} This page cannot check its signature; use the sender’s own library.` : what;
}
