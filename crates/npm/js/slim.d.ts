/** The package without Wasm inside. Nothing works before `init` or `initSync`. */
export * from "./index.js";

/** What Wasm can be had from, at once or later. */
export type WasmSource =
  | BufferSource
  | WebAssembly.Module
  | Response
  | Request
  | URL
  | string
  | Promise<BufferSource | WebAssembly.Module | Response>;

/**
 * Starts with bytes or a module of `countersign/core.wasm`; ready when it returns.
 *
 * `explainer` is `countersign/full.wasm`, for reports and the `jwt` form, and is started when one is first asked for. Without it,
 * the package then imports a script of its own that has it inside. A URL is asked again after a fetch that failed.
 */
export function initSync(module: BufferSource | WebAssembly.Module, explainer?: WasmSource): void;

/** Starts with whatever `countersign/core.wasm` can be had from; ready when the promise resolves. `explainer` as for {@link initSync}. */
export function init(source: WasmSource, explainer?: WasmSource): Promise<void>;
