// Valid and invalid deliveries of a sender. A case has the same name for every sender, so that a judge can list the cases in which it differs.
// A case that tries many places (every byte, every header) has many deliveries.
import { notes } from "./signers/bodies.mjs";
import { NOW } from "./signers/formats.mjs";

const ID = "msg_2b3c4d5e6f";
const ANYWHERE = "https://hooks.example.com/in/9";

/**
 * A delivery as the sender makes it, with `now` as its timestamp. `signedAt` is the timestamp that the signature covers, if it is another one.
 * `signatures` maps the right signature to the list that is sent.
 */
export function deliver(sender, pair, { now = NOW, signedAt = now, note, body = sender.body({ now: signedAt, note }), signatures = (right) => [right] } = {}) {
  const draft = { key: pair.sign, id: ID, now: signedAt, body };
  draft.url = typeof sender.url === "function" ? sender.url(draft) : (sender.url ?? ANYWHERE);
  const sent = sender.place(signatures(sender.sign(draft)), { ...draft, now });
  return { secret: pair.secret, headers: sent.headers, body: sent.body ?? body, url: draft.url, method: "POST", now: NOW, id: ID };
}

/** Every case of a sender: `{ name, valid, deliveries }`. */
export function casesOf(sender) {
  const [pair, other] = [sender.keys(`${sender.name} 1`), sender.keys(`${sender.name} 2`)];
  const make = (options) => deliver(sender, pair, options);
  const all = [
    ["as signed", true, make()],
    ["a body beyond ASCII", true, make({ note: notes.unicode })],
    ["a body with escapes and spaces", true, make({ note: notes.escapes })],
    ["another secret", false, { ...make(), secret: other.secret }],
    ...bodyCases(sender, make),
    ...headerCases(sender, make()),
    ...signatureCases(sender, other, make),
    ...ageCases(sender, make),
    ...(sender.cases?.(make) ?? []),
  ];
  if (sender.url) all.push(["another URL", false, { ...make(), url: make().url.replace("/9", "/8") }]);
  return all.map(([name, valid, deliveries]) => ({ name, valid, deliveries: [deliveries].flat() })).filter(({ deliveries }) => deliveries.length > 0);
}

function bodyCases({ covers }, make) {
  if (covers !== "body") return [];
  const [plain, unicode] = [make(), make({ note: notes.unicode })];
  const flipped = (at) => plain.body.slice(0, at) + String.fromCharCode(plain.body.charCodeAt(at) ^ 1) + plain.body.slice(at + 1);
  return [
    ["one changed byte of the body", false, [...plain.body].map((_, at) => ({ ...plain, body: flipped(at) }))],
    ["one byte more or less", false, [`${plain.body} `, plain.body.slice(0, -1)].map((body) => ({ ...plain, body }))],
    ["another letter beyond ASCII", false, { ...unicode, body: unicode.body.replace(/ë|%C3%AB/, (found) => (found === "ë" ? "ê" : "%C3%AA")) }],
  ];
}

function headerCases({ required }, valid) {
  const without = (chosen) => valid.headers.filter(([name]) => required.includes(name) === chosen).map((header) => ({ ...valid, headers: valid.headers.filter((other) => other !== header) }));
  return [
    ["a required header is missing", false, without(true)],
    ["an unsigned header is missing", true, without(false)],
  ];
}

function signatureCases({ encoding, several, sign, body }, other, make) {
  const like = (...changes) => changes.map((change) => make({ signatures: (right) => [change(right)] }));
  // Not the last digit: in base64, some of its bits are unused.
  const digit = (text) => text.slice(0, 9) + (text[9] === "1" ? "2" : "1") + text.slice(10);
  const cases = [
    ["one changed digit of the signature", false, like(digit)],
    ["a signature cut short", false, like((text) => text.slice(0, -8), (text) => text.slice(0, 8), () => "")],
  ];
  if (encoding === "hex") cases.push(["hex in upper case", false, like((text) => text.toUpperCase())]);
  if (encoding === "base64") cases.push(["base64 without padding", false, like((text) => text.replace(/=+$/, ""))], ["base64 with unused bits set", false, like(spare)]);
  if (several) {
    const wrong = sign({ key: other.sign, id: ID, now: NOW, body: body({ now: NOW }), url: ANYWHERE });
    cases.push(
      ["a right signature before a wrong one", true, make({ signatures: (right) => [right, wrong] })],
      ["a right signature after a wrong one", true, make({ signatures: (right) => [wrong, right] })],
      ["two wrong signatures", false, make({ signatures: () => [wrong, wrong] })],
    );
  }
  return cases;
}

/** The same base64 with an unused bit set: a lenient decoder returns the same bytes. */
function spare(text) {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const at = text.indexOf("=") - 1;
  return text.slice(0, at) + digits[digits.indexOf(text[at]) ^ 1] + text.slice(at + 1);
}

function ageCases({ age, body }, make) {
  if (age === undefined) return [];
  const cases = [
    ["as old as allowed", true, make({ now: NOW - age })],
    ["one second too old", false, make({ now: NOW - age - 1 })],
    ["as far in the future as allowed", true, make({ now: NOW + age })],
    ["one second too far in the future", false, make({ now: NOW + age + 1 })],
    ["a year old", false, make({ now: NOW - 365 * 86_400 })],
  ];
  const inTheBody = body({ now: 1 }) !== body({ now: 2 });
  if (!inTheBody) cases.push(["a new timestamp under the old signature", false, make({ now: NOW, signedAt: NOW - 60 })]);
  return cases;
}
