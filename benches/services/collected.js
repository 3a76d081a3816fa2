// Stands before each Worker that the bench serves: the Worker itself, and an entrypoint by which its isolate is told to collect its garbage.
// `gc` is there with `--expose-gc`.
export * from "./served.js";
export { default } from "./served.js";

export const collector = {
  fetch() {
    gc();
    return new Response(null, { status: 204 });
  },
};
