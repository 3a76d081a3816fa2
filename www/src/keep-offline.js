// Has the browser keep a copy of the page, so that it opens without a network.

/** Registers the service worker, if the page comes from a server. Without one, the page works all the same. */
export function keepOffline() {
  const isFile = document.getElementById("engine") !== null;
  if (isFile || !("serviceWorker" in navigator)) return;
  // The page's policy lets no other script URL be made.
  const policy = globalThis.trustedTypes?.createPolicy("offline", { createScriptURL: () => "offline.js" });
  navigator.serviceWorker.register(policy?.createScriptURL("") ?? "offline.js").catch(() => {});
}
