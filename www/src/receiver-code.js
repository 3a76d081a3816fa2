// Code that verifies the chosen sender's deliveries in an application, for each framework the package has an adapter for.
import { isHeader, jsString } from "./escape.js";
import { isJson } from "./encoding.js";
import { schemeNamed, toleranceOf } from "./senders.js";

/** The frameworks: where the code goes, what to install, and the code of a receiver. */
export const FRAMEWORKS = [
  { id: "express", label: "Express", file: "server.js", install: "express", code: express },
  { id: "fastify", label: "Fastify", file: "server.js", install: "fastify", code: fastify },
  { id: "hono", label: "Hono", file: "app.js", install: "hono", code: hono },
  { id: "next", label: "Next.js", file: "route.js", install: "next", code: exported("next", "POST") },
  { id: "nest", label: "Nest", file: "main.js", install: "@nestjs/core", code: nest },
  { id: "koa", label: "Koa", file: "server.js", install: "koa @koa/router", code: koa },
  { id: "sveltekit", label: "SvelteKit", file: "+server.js", install: "@sveltejs/kit", code: exported("sveltekit", "POST") },
  { id: "lambda", label: "AWS Lambda", file: "index.mjs", install: "", code: exported("lambda", "handler") },
  { id: "workers", label: "Cloudflare Workers", file: "index.js", install: "", code: workers },
  { id: "bun", label: "Bun", file: "server.js", install: "", code: bun },
  { id: "node", label: "Node.js alone", file: "server.mjs", install: "", code: node },
];

/** `{ place, install, text }`: where to put the code, the command that installs what it needs, and the code. */
export function receiverCode(id, delivery) {
  const { file, install, code } = FRAMEWORKS.find((framework) => framework.id === id);
  const path = pathOf(delivery);
  const inFolder = path.replace(/^\//, "").replace(":token", "[token]");
  const place = id === "next" ? `app/${inFolder}/${file}` : id === "sveltekit" ? `src/routes/${inFolder}/${file}` : file;
  return { place, install: `npm install ${["countersign", install].filter(Boolean).join(" ")}`, text: code(delivery, path) };
}

/** The address of the route. Google signs for all its customers, so the URL for its events ends with a token. */
const pathOf = (delivery) => `/webhooks/${delivery.scheme}${hasUrlToken(delivery) ? "/:token" : ""}`;
const hasUrlToken = ({ scheme, audience }) => scheme === "gemini-dynamic" && audience === undefined;

function express(delivery, path) {
  return `import express from "express";
${verifier(delivery, "express")}
const app = express();

// Before express.json(), which would replace the raw body.
app.${verb(delivery)}("${path}", ${receiver(delivery)});

app.listen(process.env.PORT ?? 3000);
`;
}

function fastify(delivery, path) {
  return `import Fastify from "fastify";
${verifier(delivery, "fastify")}
const app = Fastify();

app.${verb(delivery)}("${path}", ${receiver(delivery)});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
`;
}

function hono(delivery, path) {
  return `import { Hono } from "hono";
${verifier(delivery, "hono")}
const app = new Hono();

app.${verb(delivery)}("${path}", ${receiver(delivery)});

export default app;
`;
}

function koa(delivery, path) {
  return `import Koa from "koa";
import Router from "@koa/router";
${verifier(delivery, "koa")}
const app = new Koa();
const router = new Router();

router.${verb(delivery)}("${path}", ${receiver(delivery)});

app.use(router.routes());
app.listen(process.env.PORT ?? 3000);
`;
}

function nest(delivery, path) {
  return `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module.js";
${verifier(delivery, "nest")}

const app = await NestFactory.create(AppModule);

// Before listen(), so that it runs before Nest's body parser.
app.use("${path.replace("/:token", "")}", ${receiver(delivery)});

await app.listen(process.env.PORT ?? 3000);
`;
}

function exported(adapter, name) {
  return (delivery) => {
    const { asks } = schemeNamed(delivery.scheme);
    const more = asks !== null && name === "POST" ? `export { POST as ${asks} }; // with which the sender asks whether the URL is yours\n` : "";
    return `${verifier(delivery, adapter)}

export const ${name} = ${receiver(delivery)};
${more}`;
  };
}

function workers(delivery) {
  return `import { env } from "cloudflare:workers";
${verifier(delivery, "bun", "env")}

export default {
  fetch: ${indented(receiver(delivery, "env"))},
};
`;
}

function bun(delivery, path) {
  const isPostAlone = schemeNamed(delivery.scheme).asks === null;
  const route = isPostAlone ? `{\n      POST: ${indented(receiver(delivery), 6)},\n    }` : indented(receiver(delivery), 4);
  return `${verifier(delivery, "bun")}

const server = Bun.serve({
  port: process.env.PORT ?? 3000,
  routes: {
    "${path}": ${route},
  },
});

console.log(\`Listening at \${server.url}\`);
`;
}

function node(delivery) {
  return `import { createServer } from "node:http";
${verifier(delivery, "express")}

const server = createServer(${receiver(delivery)});

server.listen(process.env.PORT ?? 3000);
`;
}

/** The package's two imports, and the verifier. */
function verifier(delivery, adapter, variables = "process.env") {
  const { make } = schemeNamed(delivery.scheme);
  return `import { ${make} } from "${entryOf(delivery)}";
import { webhook } from "countersign/${adapter}";

const webhooks = ${make}(${given(delivery, variables)});`;
}

/** The entry of the package: tokens need the one that checks RS256. */
export const entryOf = ({ scheme, audience }) => (audience && schemeNamed(scheme).takesTokens ? "countersign/jwt" : schemeNamed(scheme).entry);

/** The router's method for the sender: some ask with another than POST whether the URL is the receiver's. */
const verb = ({ scheme }) => (schemeNamed(scheme).asks === null ? "post" : "all");

/** `webhook(webhooks, handler)`. A body that is not JSON has to be asked for. */
function receiver(delivery, variables = "process.env") {
  const { form, asksForToken } = schemeNamed(delivery.scheme);
  const isEvent = form === "id-token" || isJson(delivery.body);
  const name = isEvent ? "event" : "body";
  const options = [!isEvent && "jsonParse: false", asksForToken && `verifyToken: ${variables}.VERIFY_TOKEN`].filter(Boolean);
  return `webhook(webhooks, async ({ id, ${name} }) => {\n  console.log(id, ${name});\n}${options.length > 0 ? `, { ${options.join(", ")} }` : ""})`;
}

/** The verifier's arguments. Keys come from the environment, and key sets from the sender, which the package asks. */
function given(delivery, variables) {
  const { scheme, header, audience, issuer, email, tolerance } = delivery;
  const { hasKeySet, identity, form, takesTokens } = schemeNamed(scheme);
  const members = {
    header: header && isHeader([header, ""]) ? jsString(header) : undefined,
    urlToken: hasUrlToken(delivery) ? `${variables}.URL_TOKEN` : undefined,
    accept: audience && takesTokens && !identity ? '["v1a", "jwt"]' : undefined,
    audience: takesTokens && audience ? jsString(audience) : undefined,
    issuer: takesTokens && issuer ? jsString(issuer) : undefined,
    email: identity && email ? jsString(email) : undefined,
    tolerance: tolerance === toleranceOf(scheme) ? undefined : String(tolerance),
  };
  const options = Object.entries(members).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`).join(", ");
  const key = `${variables}.${PUBLIC.includes(form) ? "WEBHOOK_PUBLIC_KEY" : "WEBHOOK_SECRET"}`;
  return [!hasKeySet && secretsOf(key, delivery.secrets), options && `{ ${options} }`].filter(Boolean).join(", ");
}

/** The secrets of a variable, as the field has them: one, several, or text that is itself the key. */
export function secretsOf(variable, secrets) {
  if (secrets.some((secret) => typeof secret !== "string")) return `new TextEncoder().encode(${variable})`;
  return secrets.length > 1 ? `(${variable} ?? "").trim().split(/\\s+/)` : variable;
}

/** Forms that a public key checks. */
const PUBLIC = ["ed25519", "ecdsa-p256"];

const indented = (text, by = 2) => text.replaceAll("\n", `\n${" ".repeat(by)}`);
