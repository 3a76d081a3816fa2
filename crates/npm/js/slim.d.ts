/** The package without Wasm inside. Nothing works before `init` or `initSync`. */
export * from "./index.js";

/** Starts with bytes or a module of `countersign/core.wasm`; ready when it returns. */
export function initSync(module: BufferSource | WebAssembly.Module): void;

/** Starts with whatever `countersign/core.wasm` can be had from; ready when the promise resolves. */
export function init(
  source: BufferSource | WebAssembly.Module | Response | Request | URL | string | Promise<BufferSource | WebAssembly.Module | Response>,
): Promise<void>;
