// An application that takes every event at once, and does nothing with it.
export default { fetch: () => new Response(null, { status: 204 }) };
