// An application that says that it has an event, and keeps it until it is told to let go of it.
let release;

export default {
  async fetch(request) {
    if (request.method === "DELETE") {
      release();
      return new Response(null, { status: 204 });
    }
    await request.arrayBuffer();
    const { promise, resolve } = Promise.withResolvers();
    release = resolve;
    // Without something that could still happen, workerd would take it for hung.
    setTimeout(resolve, 3_600_000);
    console.log(JSON.stringify({ ev: "forwarded" }));
    await promise;
    return new Response(null, { status: 204 });
  },
};
