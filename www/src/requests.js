// Counts the page's network requests after it is loaded. There should be none.

/** Starts counting; calls `show` with the number now and at each change. */
export function countRequests(show) {
  const loaded = performance.now();
  let count = 0;
  show(count);
  if (!PerformanceObserver.supportedEntryTypes?.includes("resource")) return;
  const observer = new PerformanceObserver((list) => {
    count += list.getEntries().filter((entry) => entry.startTime > loaded).length;
    show(count);
  });
  observer.observe({ type: "resource" });
}
