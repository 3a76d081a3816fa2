// A KV namespace in memory, as workerd asks for one: what is stored, and until when.

const entries = new Map();

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const key = decodeURIComponent(pathname.slice(1));
    if (request.method === "PUT") {
      const ttl = Number(searchParams.get("expiration_ttl") ?? Infinity);
      entries.set(key, { value: await request.text(), until: Date.now() + ttl * 1000 });
      return new Response();
    }
    const entry = entries.get(key);
    if (entry === undefined || entry.until <= Date.now()) return new Response("Not Found", { status: 404 });
    return new Response(entry.value);
  },
};
