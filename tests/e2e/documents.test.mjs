// Runs the commands of the runbook, of self-hosting and of a saved delivery as the pages have them. Only the port is another one, and what
// is built is taken as it is, as several tests run at once.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConsoleApi } from "./fixtures/console-api.mjs";
import { portOfItsOwn } from "./fixtures/ports.mjs";
import { until } from "./fixtures/wait.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (page) => readFileSync(join(root, page), "utf8");
const GITHUB = "github-secret-of-these-documents";
const TOKEN = "console-token-of-those-who-operate";

/** The code of each block of a page with that name. */
function blocks(page, name) {
  const found = [...read(page).matchAll(/<!-- run: (.+?) -->\n\n```\w+\n([\s\S]*?)^```$/gm)].filter(([, found]) => found === name);
  assert.ok(found.length > 0, `${page} has no block \`${name}\``);
  return found.map(([, , code]) => code);
}

/** Runs commands in the repository; what they print. */
async function bash(script, env = {}) {
  const shell = spawn("bash", ["-euc", script], { cwd: root, env: { ...process.env, NO_COLOR: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const [said, failed] = await Promise.all([shell.stdout, shell.stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()));
  if (shell.exitCode === null) await once(shell, "exit");
  assert.equal(shell.exitCode, 0, `${script}\n${said}${failed}`);
  return said;
}

const signed = (body) => ({ headers: [["content-type", "application/json"], ["x-github-event", "push"], ["x-hub-signature-256", `sha256=${createHmac("sha256", GITHUB).update(body).digest("hex")}`]], body });

let api, folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-documents-"));
  api = await ConsoleApi.start({
    haste: 100,
    sources: (loopback) => ({ github: { scheme: "github", secrets: ["GITHUB"], durable: true, forward: { origin: loopback.at("github").url } } }),
    secrets: { GITHUB },
  });
});

after(async () => {
  await api?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("runbook: every command gets an answer that is no refusal", async () => {
  const { worker } = api;
  const { id } = (await worker.post("github", signed('{"zen":"Keep it logically awesome."}'))).json;
  const env = { URL: worker.url.replace(/\/$/, ""), ADMIN_TOKEN: TOKEN, ID: id };
  const answers = [];
  for (const command of blocks("docs/runbook.md", "runbook").flatMap((code) => code.trim().split("\n"))) {
    // What it explains has to be captured first.
    if (command.includes("/captures/")) env.CAPTURE = await captured();
    const said = await bash(command, env);
    assert.ok(!said.includes("docs/codes.md#"), `${command}\n${said}`);
    answers.push(JSON.parse(said));
  }
  assert.ok(answers.length >= 12, `${answers.length} commands`);
  const event = answers.find(({ events }) => events?.length === 1);
  assert.equal(event.events[0].id, id, "the event is found by its id");
});

async function captured() {
  const genuine = signed("{}");
  await api.worker.post("github", { ...genuine, body: "[]" });
  return (await until(async () => (await api.read("github/captures")).captures[0], "a capture")).id;
}

test("saved delivery: the configuration of the page accepts it", async () => {
  const source = read("docs/configuration.md").match(/```toml\n(\[vars\.SOURCES\.acme\][\s\S]*?)```/)[1];
  const secret = read("docs/runbook.md").match(/`(ACME_SECRET=".+?")`/)[1];
  writeFileSync(join(folder, "wrangler.toml"), `name = "documents"\ncompatibility_date = "2026-10-01"\nkv_namespaces = [{ binding = "EVENTS" }]\n${source}`);
  writeFileSync(join(folder, ".dev.vars"), `${secret}\n`);
  writeFileSync(join(folder, "delivery.http"), blocks("docs/runbook.md", "saved delivery")[0].trimEnd());
  assert.match(await bash(`cargo xtask check --config ${folder}/wrangler.toml --try ${folder}/delivery.http`), /it passed when it was sent/);
});

test("self-hosting: the Worker serves from the page's configuration", async (t) => {
  const [commands] = blocks("docs/self-hosting.md", "self-hosting");
  assert.deepEqual(blocks("README.md", "self-hosting"), [commands]);
  cpSync(join(root, "examples/selfhost"), join(folder, "selfhost"), { recursive: true });
  const port = await portOfItsOwn();
  const more = `--run --listen 127.0.0.1:${port} --out ${folder}/out --worker build/worker`;
  const script = commands.replaceAll("examples/selfhost", `${folder}/selfhost`).replace("--run", more);
  const shell = spawn("bash", ["-euc", script], { cwd: root, detached: true, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(shell, "exit");
  t.after(async () => {
    process.kill(-shell.pid, "SIGTERM");
    await ended;
  });
  const health = () => fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
  await until(async () => (assert.equal(shell.exitCode, null), (await health())?.status === 200), "the Worker to serve", 60_000);
  const secret = readFileSync(join(folder, "selfhost/.dev.vars"), "utf8").match(/^GITHUB_SECRET=(.+)$/m)[1];
  const body = '{"zen":"Design for failure."}';
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const reply = await fetch(`http://127.0.0.1:${port}/github`, { method: "POST", body, headers: { "x-github-event": "push", "x-hub-signature-256": `sha256=${signature}` } });
  assert.equal(reply.status, 202, await reply.text());
});

test("self-hosting: a backup has what is stored, and restoring leaves nothing else there", async () => {
  // With `DynamicUser`, systemd keeps the folder in `private`, and `/var/lib/countersign` is a link: https://systemd.io/DYNAMIC_USER/
  assert.match(read("examples/selfhost/countersign.service"), /^DynamicUser=yes$/m);
  const lib = join(folder, "lib");
  const data = join(lib, "private/countersign");
  mkdirSync(data, { recursive: true });
  symlinkSync("private/countersign", join(lib, "countersign"));
  writeFileSync(join(data, "stored"), "then");
  const [backup, restore] = blocks("docs/self-hosting.md", "backup").map((code) => `cd ${folder}; systemctl() { :; }; ${code.replaceAll("/var/lib", lib)}`);
  await bash(backup);
  writeFileSync(join(data, "stored"), "now");
  writeFileSync(join(data, "stored-wal"), "now");
  await bash(restore);
  assert.deepEqual(readdirSync(data), ["stored"]);
  assert.equal(readFileSync(join(lib, "countersign/stored"), "utf8"), "then");
});
