/** `countersign/explain` without WebAssembly inside. Call `init` or `initSync` first: until then, every report is of that error. */
export * from "./explain.js";

/** The bytes of WebAssembly. */
export type WasmBytes = ArrayBuffer | ArrayBufferView;

/** A compiled module: `WebAssembly.Module`, which a compiler knows from the types of the DOM or of Workers alone. */
export type WasmModule = typeof globalThis extends Record<"WebAssembly", Record<"Module", abstract new (...given: any) => infer Module>> ? Module : never;

/** A source of WebAssembly: bytes, a compiled module, a response, a URL, or a promise of one of these. */
export type WasmSource =
  | WasmBytes
  | WasmModule
  | Response
  | Request
  | URL
  | string
  | Promise<WasmBytes | WasmModule | Response>;

/**
 * Starts with the bytes of `countersign/full.wasm`, or a module compiled from them. The package is ready when it returns.
 *
 * @example
 * ```js
 * import { readFileSync } from "node:fs";
 * import { explain, initSync } from "countersign/slim/explain";
 *
 * initSync(readFileSync(new URL(import.meta.resolve("countersign/full.wasm"))));
 * const report = await explain({ scheme: "gemini", secrets: process.env.WEBHOOK_SECRET }, rawBody, headers);
 * ```
 *
 * @throws {WebAssembly.CompileError} if the bytes are not WebAssembly
 */
export function initSync(module: WasmBytes | WasmModule): void;

/**
 * Starts with any source of `countersign/full.wasm`. The package is ready when the promise resolves.
 *
 * @example
 * ```js
 * import { readFile } from "node:fs/promises";
 * import { explain, init } from "countersign/slim/explain";
 *
 * await init(readFile(new URL(import.meta.resolve("countersign/full.wasm")))); // in a browser: fetch("/full.wasm")
 * const report = await explain({ scheme: "gemini", secrets: process.env.WEBHOOK_SECRET }, request);
 * ```
 *
 * @throws {TypeError} the promise rejects if the source cannot be fetched
 */
export function init(source: WasmSource): Promise<void>;
