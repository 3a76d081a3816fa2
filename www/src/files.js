// Files, dropped or chosen. Read as bytes, never as text.
import { byId } from "./dom.js";

/** Larger than any webhook. A file dropped by mistake must not freeze the page. */
const LARGEST = 16 * 1024 * 1024;

/** `makeRoom` empties the fields if they hold the example that the page opened with. */
export function connectFiles({ makeRoom, body, jwks }) {
  const take = async (file, use) => {
    if (file === undefined) return;
    if (file.size > LARGEST) return note(`${file.name} is larger than 16 MiB, and so larger than any webhook.`);
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      makeRoom();
      use(bytes);
      note(`Read ${file.name}: ${file.size.toLocaleString("en")} bytes, unchanged.`);
    } catch {
      note(`${file.name} cannot be read.`);
    }
  };
  const asText = (bytes) => jwks(new TextDecoder().decode(bytes));
  for (const [id, use] of [["body-file", body], ["jwks-file", asText]]) {
    byId(id).addEventListener("change", ({ target }) => take(target.files[0], use).finally(() => (target.value = "")));
  }
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.documentElement.dataset.dragging = "";
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && delete document.documentElement.dataset.dragging);
  addEventListener("drop", (event) => {
    event.preventDefault();
    delete document.documentElement.dataset.dragging;
    take(event.dataTransfer?.files[0], event.target.closest?.("#with-set") ? asText : body);
  });
}

function note(text) {
  byId("paste-note").textContent = text;
}
