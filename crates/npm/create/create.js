#!/usr/bin/env node
// `npm create countersign [folder]`: writes a project that deploys the Worker, with a secret to try it with. It asks nothing.
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TEMPLATE = fileURLToPath(new URL("template", import.meta.url));
const USAGE = "npm create countersign [folder]    writes the project into a folder that is new or empty; `countersign` without a name";

/** The files that npm leaves out of every package. */
const IGNORED = "node_modules\n.wrangler/\n.dev.vars\n";

function main([name = "countersign", ...rest]) {
  if (name === "--help" || name === "-h") return console.log(USAGE);
  if (name.startsWith("-") || rest.length > 0) throw new Error(`one folder, and no options\n\n${USAGE}`);
  const folder = resolve(name);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty; choose another folder: npm create countersign my-hooks`);
  write(folder);
  console.log(next(relative(process.cwd(), folder)));
}

function write(folder) {
  mkdirSync(folder, { recursive: true });
  cpSync(TEMPLATE, folder, { recursive: true });
  const project = projectName(folder);
  replace(join(folder, "package.json"), '"my-countersign"', JSON.stringify(project));
  replace(join(folder, "wrangler.toml"), 'name = "countersign"', `name = "${project}"`);
  writeFileSync(join(folder, ".gitignore"), IGNORED);
  writeFileSync(join(folder, ".dev.vars"), `# Only for \`wrangler dev\`. Random, and not committed.\nGEMINI_WEBHOOK_SECRET=whsec_${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
}

/** A name that npm and Cloudflare accept: lowercase letters, digits and single dashes, at most 54 characters for a preview's address. */
function projectName(folder) {
  const name = basename(folder).toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 54).replace(/^-|-$/g, "");
  return name === "" ? "countersign" : name;
}

/** Replaces the first occurrence, which must exist. */
function replace(file, before, after) {
  const text = readFileSync(file, "utf8");
  if (!text.includes(before)) throw new Error(`the template has no ${before} in ${basename(file)}; please report it`);
  writeFileSync(file, text.replace(before, () => after));
}

function next(folder) {
  const enter = folder === "" ? "" : `cd ${/^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`} && `;
  return `Wrote ${folder === "" ? "the project" : folder}. Next:

  ${enter}npm install
  npm run try        # the Worker on your machine, with a signed event; no account needed

README.md says how to deploy.`;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`create-countersign: ${error.message}`);
  process.exitCode = 1;
}
