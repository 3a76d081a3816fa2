// The production Worker, with routes under /__test/ around it. Never deployed.
import worker from "./worker.js";
import * as glue from "./glue.js";

export { Inbox } from "./worker.js";

const now = Date.now;
let offset = 0;
Date.now = () => now() + offset * 1000;

const routes = {
  async vector(request) {
    return new Response(glue.run_vector(await request.text()), { headers: { "content-type": "application/json" } });
  },
  trap() {
    glue.trap();
  },
  async clock(request) {
    offset = (await request.json()).offset_seconds;
    return new Response();
  },
};

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/__test/")) return worker.fetch(request, env, ctx);
    const name = pathname.slice("/__test/".length);
    // One request through the production path first, so that Wasm is set up, and its recovery is what meets the trap.
    if (name !== "trap") return routes[name](request);
    return worker.fetch(new Proxy(request, { get: () => routes.trap() }), env, ctx);
  },
};
