// Fills inboxes faster than by sending: `/{binding}/{object}/{count}`, with events that were delivered.
export default {
  async fetch(request, env) {
    const [, binding, object, count] = new URL(request.url).pathname.split("/");
    const namespace = env[binding];
    return Response.json(await namespace.get(namespace.idFromName(`${object}/0`)).fill(Number(count), 0));
  },
};
