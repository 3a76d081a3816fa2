// Counts what a request costs, on its way to the platform: what is billed, how often the boundary between JavaScript and Wasm is crossed,
// and what else takes the platform's time. Everything is passed on as it came; nothing is answered here. It is imported first, so that the
// Wasm is instantiated through it.

/** So far, in this isolate. */
export const counts = {
  requests: 0,
  kvReads: 0,
  kvWrites: 0,
  objectRequests: 0,
  alarms: 0,
  rowsRead: 0,
  rowsWritten: 0,
  alarmsSet: 0,
  fetches: 0,
  logLines: 0,
  callsIntoWasm: 0,
  callsOutOfWasm: 0,
  bytesIntoWasm: 0,
  promisesAwaited: 0,
  bytesGivenBack: 0,
  headersRead: 0,
  timersSet: 0,
  promisesHeld: 0,
};

/** Alarms whose handlers have not ended yet. */
let ringing = 0;

/** The counts so far, and whether an alarm is at work. */
export function counted() {
  settle();
  return { counts, ringing };
}

const { fetch } = globalThis;
globalThis.fetch = (...request) => {
  counts.fetches += 1;
  return fetch(...request);
};

const { log } = console;
console.log = (...line) => {
  counts.logLines += 1;
  log(...line);
};

const { setTimeout } = globalThis;
globalThis.setTimeout = (...timer) => {
  counts.timersSet += 1;
  return setTimeout(...timer);
};

const { prototype: headers } = Headers;
const { get } = headers;
headers.get = function (name) {
  counts.headersRead += 1;
  return get.call(this, name);
};

/** Every call in either direction, whatever the name it has in this build. */
const { Instance } = WebAssembly;
let memory;
WebAssembly.Instance = class {
  constructor(module, imports) {
    const modules = Object.entries(imports).map(([name, members]) => [name, calls(members, countOut)]);
    const { exports } = new Instance(module, Object.fromEntries(modules));
    ({ memory } = exports);
    this.exports = calls(exports, countIn);
  }
};

/** Rust waits for a promise in two ways: a delivery by being called with what it came to, an alarm's pass by `then`. */
function countIn(name) {
  counts.callsIntoWasm += 1;
  if (name === "resume") counts.promisesAwaited += 1;
}

function countOut(name) {
  counts.callsOutOfWasm += 1;
  if (name.startsWith("__wbg_then_")) counts.promisesAwaited += 1;
}

function calls(members, count) {
  const counted = ([name, member]) => {
    if (typeof member !== "function") return [name, member];
    return [name, (...values) => (count(name), member(...values))];
  };
  return Object.fromEntries(Object.entries(members).map(counted));
}

/** Strings are written byte by byte and are short; bodies are set as a whole. */
const bytes = Object.getPrototypeOf(Uint8Array.prototype);
const { set } = bytes;
bytes.set = function (source, at) {
  if (this.buffer === memory?.buffer) counts.bytesIntoWasm += source.length;
  return set.call(this, source, at);
};

/** Memory that the garbage collector need not find. */
const { prototype: buffers } = ArrayBuffer;
const { transfer } = buffers;
buffers.transfer = function (...length) {
  const given = this.byteLength;
  const rest = transfer.apply(this, length);
  counts.bytesGivenBack += given - rest.byteLength;
  return rest;
};

/** Puts `wrap` round a method of all objects of one kind, once in an isolate. */
const wrapped = new Map();
export function wrapMethod(object, name, wrap) {
  const prototype = Object.getPrototypeOf(object);
  const names = wrapped.get(prototype) ?? new Set();
  if (names.has(wrap)) return;
  wrapped.set(prototype, names.add(wrap));
  prototype[name] = wrap(prototype[name]);
}

const counting = (name) => (method) =>
  function (...values) {
    counts[name] += 1;
    return method.apply(this, values);
  };
const [reads, writes, alarmsSet, promisesHeld] = ["kvReads", "kvWrites", "alarmsSet", "promisesHeld"].map(counting);

/** Counts the promises that keep a request going after its response, or without it. */
export const countHeld = (context) => wrapMethod(context, "waitUntil", promisesHeld);

/** Counts what is asked of the KV namespace; one that a test put in its place is left alone. */
export function countKv({ EVENTS: kv }) {
  if (kv?.constructor?.name !== "KvNamespace") return;
  wrapMethod(kv, "get", reads);
  wrapMethod(kv, "put", writes);
}

/** The points that were written, as they crossed: nobody can read them from Analytics Engine here. */
export const points = [];

export function countPoints({ METRICS: dataset }) {
  if (dataset) wrapMethod(dataset, "writeDataPoint", note);
}

const note = (write) =>
  function (point) {
    points.push(point);
    return write.call(this, point);
  };

/** Rows of a statement are known once they were all read, which is by the next statement at the latest. */
let cursor;

function settle() {
  counts.rowsRead += cursor?.rowsRead ?? 0;
  counts.rowsWritten += cursor?.rowsWritten ?? 0;
  cursor = undefined;
}

const rows = (exec) =>
  function (sql, ...values) {
    settle();
    const returned = exec.call(this, sql, ...values);
    // The local runtime notes each object's name in its own database; deployed, nobody does.
    if (!sql.includes("__miniflare")) cursor = returned;
    return returned;
  };

/** What a test looks up in an object's database costs nobody anything. */
export function uncounted(look) {
  settle();
  try {
    return look();
  } finally {
    cursor = undefined;
  }
}

/** Counts what an object does to its storage. */
export function countStorage(storage) {
  wrapMethod(storage, "setAlarm", alarmsSet);
  wrapMethod(storage.sql, "exec", rows);
}

/** The class, with every call of it counted as the request that it is billed as. */
export function countedObject(Base) {
  class Counted extends Base {
    async alarm(...info) {
      counts.alarms += 1;
      ringing += 1;
      try {
        await super.alarm(...info);
      } finally {
        ringing -= 1;
      }
    }
  }
  const methods = Object.getOwnPropertyNames(Base.prototype).filter((name) => !["constructor", "alarm"].includes(name));
  for (const name of methods) {
    Counted.prototype[name] = function (...values) {
      counts.objectRequests += 1;
      return Base.prototype[name].apply(this, values);
    };
  }
  return Counted;
}
