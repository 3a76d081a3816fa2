// Tests that hold a judge to the vectors of `tests/vectors`, which Countersign passes in the Worker, natively and in the package.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { deliver } from "./cases.mjs";
import { senders } from "./signers.mjs";

const fileOf = ({ preset }) => new URL(`../vectors/${preset}.json`, import.meta.url);
// The vectors of Standard Webhooks are compared with its package in `tests/npm`.
const presets = Object.values(senders).filter((sender) => sender.name === sender.preset && sender.preset !== "standard-webhooks" && existsSync(fileOf(sender)));

const unsigned = Object.fromEntries(presets.map((sender) => [sender.preset, unsignedOf(sender)]));

/** The judge has the outcome of every vector, but for the listed differences. */
export function passesVectors(judge) {
  for (const sender of presets.filter(judge.knows)) {
    const { cases } = JSON.parse(readFileSync(fileOf(sender), "utf8"));
    test(`${sender.preset}: ${cases.length} vectors, ${judge.title(sender)}`, async () => {
      const listed = judge.differences(sender).flatMap(({ codes = [], vectors = [] }) => [...codes, ...vectors]);
      const found = new Set();
      const surprises = [];
      for (const vector of cases) {
        const accepted = await accepts(judge, sender, vector);
        if (accepted === (vector.expect === "accept")) continue;
        const known = [vector.name, accepted ? vector.error : undefined].find((name) => listed.includes(name));
        if (known === undefined) surprises.push(`${vector.name}: ${accepted ? "accepted" : "refused"}, expected ${vector.error ?? vector.expect}`);
        found.add(known);
      }
      assert.deepEqual(surprises, []);
      assert.deepEqual([...listed].filter((name) => !found.has(name)), [], "differences that no longer exist");
    });
  }
}

/** SDKs take one secret: of several, one has to accept. */
async function accepts(judge, sender, vector) {
  const delivery = { headers: headersOf(sender, vector), body: Buffer.from(vector.body_base64 ?? "", "base64").toString(), url: vector.url ?? vector.audience ?? "https://hooks.example.com/in/9", method: vector.method ?? "POST", email: vector.email, now: vector.now };
  for (const secret of secretsOf(vector)) if (await judge.accepts(sender, { ...delivery, secret })) return true;
  return false;
}

function secretsOf({ secret, public_key, jwks }) {
  if (jwks !== undefined) return [Object.fromEntries(jwks.keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: "jwk" }).export({ format: "pem", type: "spki" })]))];
  return [secret ?? public_key.value].flat();
}

/** The vector's headers, and those that some SDKs want although no signature covers them. */
function headersOf({ preset }, { headers = [] }) {
  return [...headers, ...unsigned[preset].filter(([name]) => !headers.some(([other]) => other.toLowerCase() === name.toLowerCase()))];
}

/** The headers of a sender that are not required. */
function unsignedOf({ preset }) {
  const variants = Object.values(senders).filter((sender) => sender.preset === preset);
  return variants.flatMap((sender) => deliver(sender, sender.keys("any")).headers.filter(([name]) => !sender.required.includes(name)));
}
