// The console's files, with the headers that let a browser run them and nothing else.
import { FILES } from "./console-files.js";

/** As in www/_headers, but without WebAssembly. Text of a sender never becomes markup: no policy may create it (Trusted Types). */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** The response with the file at that place of `CONSOLE_FILES` in route.rs; 304 if the browser has it. */
export function consoleFile(place, requested, isHead) {
  const { type, etag, text } = FILES[place];
  const headers = {
    "content-type": type,
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    // Asked for each time, and sent again only after a deployment changed it.
    "cache-control": "no-cache",
    etag,
  };
  const isKnown = requested.get("if-none-match")?.includes(etag) ?? false;
  return new Response(isKnown || isHead ? null : text, { status: isKnown ? 304 : 200, headers });
}
