// The service worker: the page opens without a network. With one, every file comes from the server, so that nobody gets an old page. It
// leaves all other requests alone: the console and the admin API may have the same origin.
// `cargo xtask page` writes BUILD, a hash of the files, and FILES in front of this script.

const NAME = `countersign-page-${BUILD}`;
const OWN = new Set([...FILES, "index.html"].map((file) => new URL(file, location).href));

addEventListener("install", (event) => {
  const requests = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(requests)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("countersign-page-") && name !== NAME;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && OWN.has(request.url.split(/[?#]/)[0])) event.respondWith(fetch(request).catch(() => kept(request)));
});

/** The copy of a file. The page itself has two addresses. */
async function kept(request) {
  const cache = await caches.open(NAME);
  return (await cache.match(request, { ignoreSearch: true })) ?? (await cache.match("./")) ?? Response.error();
}
