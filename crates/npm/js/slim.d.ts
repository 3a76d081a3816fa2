/** `countersign` without WebAssembly inside. Call `init` or `initSync` first: until then, every function throws. */
export * from "./index.js";

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
 * Starts with the bytes of `countersign/core.wasm`, or a module compiled from them. The package is ready when it returns.
 *
 * @example
 * ```js
 * import { readFileSync } from "node:fs";
 * import { Webhook, initSync } from "countersign/slim";
 *
 * initSync(readFileSync(new URL(import.meta.resolve("countersign/core.wasm"))));
 * const event = new Webhook(process.env.WEBHOOK_SECRET).verify(rawBody, headers);
 * ```
 *
 * @throws {WebAssembly.CompileError} if the bytes are not WebAssembly
 */
export function initSync(module: WasmBytes | WasmModule): void;

/**
 * Starts with any source of `countersign/core.wasm`. The package is ready when the promise resolves.
 *
 * @example
 * ```js
 * import { readFile } from "node:fs/promises";
 * import { gemini, init } from "countersign/slim";
 *
 * await init(readFile(new URL(import.meta.resolve("countersign/core.wasm")))); // in a browser: fetch("/core.wasm")
 * const { id } = await gemini(process.env.WEBHOOK_SECRET).unwrap(request);
 * ```
 *
 * @throws {TypeError} the promise rejects if the source cannot be fetched
 */
export function init(source: WasmSource): Promise<void>;
