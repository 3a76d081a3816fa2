// Reads the body, checks nothing, writes the line and gives the answer that Countersign does for a forged delivery: what a refusal
// costs before any work is done for it.
const ANSWER = '{"code":"no_matching_signature","status":401,"title":"no signature matches","type":"https://github.com/countersign/countersign/blob/main/docs/codes.md#no_matching_signature"}';
const INIT = { status: 401, headers: { "content-type": "application/problem+json" } };
const ID_HASH = "0".repeat(64);

export default {
  async fetch(request) {
    const body = await request.arrayBuffer();
    console.log(
      JSON.stringify({
        ev: "delivery", code: "no_matching_signature", status: 401, source: "gemini", id_hash: ID_HASH, age_s: 0,
        bytes: body.byteLength, dup: false,
      }),
    );
    return new Response(ANSWER, INIT);
  },
};
