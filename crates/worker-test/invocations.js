// Counts what one invocation asks of the platform, which limits it and workerd does not: requests under way at once, requests in all, and
// the couriers that one alarm starts.
import { AsyncLocalStorage } from "node:async_hooks";
import { wrapMethod } from "./counts.js";

/** The most of any invocation in this isolate. */
export const most = { underWay: 0, requests: 0, couriers: 0 };

const invocations = new AsyncLocalStorage();

/** Does the work of an invocation, whose requests count as its own. */
export const invocation = (work) => invocations.run({ underWay: 0, requests: 0 }, work);

async function counted(request) {
  const invocation = invocations.getStore();
  if (invocation === undefined) return request();
  invocation.requests += 1;
  invocation.underWay += 1;
  most.requests = Math.max(most.requests, invocation.requests);
  most.underWay = Math.max(most.underWay, invocation.underWay);
  try {
    return await request();
  } finally {
    invocation.underWay -= 1;
  }
}

const { fetch } = globalThis;
globalThis.fetch = (...request) => counted(() => fetch(...request));

/** Calls of an object are requests, too. */
const called = (getByName) =>
  function (...name) {
    const stub = getByName.apply(this, name);
    return new Proxy(stub, { get: (_, method) => (...values) => counted(() => stub[method](...values)) });
  };

export function countCalls({ INBOX }) {
  if (INBOX) wrapMethod(INBOX, "getByName", called);
}

/** The couriers that the alarms at work have started, by the name of their object. */
const alarms = new Map();

/** Does the work of an object's alarm. */
export async function alarm(name, work) {
  alarms.set(name, 0);
  try {
    await work();
  } finally {
    alarms.delete(name);
  }
}

/** Notes that a courier was started for an object. */
export function courier(name) {
  const couriers = (alarms.get(name) ?? 0) + 1;
  if (alarms.has(name)) alarms.set(name, couriers);
  most.couriers = Math.max(most.couriers, couriers);
}
