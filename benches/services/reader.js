// An application that reads every event, and does nothing with it. Not to read it would be the more work: workerd throws, and unwinds
// its stack, where one end of a request is let go of before the other.

export default {
  async fetch(request) {
    await request.arrayBuffer();
    return new Response(null, { status: 204 });
  },
};
