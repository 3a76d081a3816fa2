// A response that a browser saves, and never shows or runs.

/** Bytes under a name that is safe in a header. What they are is for whoever saves them to find out. */
export function attachment(bytes, name) {
  const headers = {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${name}"`,
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
  };
  return Promise.resolve(new Response(bytes, { headers }));
}
