// What collect.js asks of a service. `gc` is there with `--expose-gc`.
export function collect() {
  gc();
  return new Response(null, { status: 204 });
}
