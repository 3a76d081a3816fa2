// Counts what the page asks of the network once it is loaded. It should stay at none.

/** Starts counting; `show` is told the number now and at each change. */
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
