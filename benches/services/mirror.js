// An application that says what it got, for the check that all contenders forward the same.
export default {
  async fetch(request) {
    const headers = Object.fromEntries([...request.headers].filter(([name]) => !name.startsWith("cf-")));
    console.log(JSON.stringify({ ev: "forwarded", method: request.method, url: request.url, headers, body: await request.text() }));
    return new Response(null, { status: 204 });
  },
};
