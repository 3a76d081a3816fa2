// Takes a delivery away: copied as something to run, or as a link.
import { byId, el, fill } from "./dom.js";
import { FORMATS, leftOut } from "./copy-as.js";
import { contains } from "./secret-within.js";
import { fragmentOf } from "./share.js";

/** `current` returns the delivery that was checked last; `isOwn`, whether this page generated a secret. */
export function connectTake({ current, isOwn }) {
  const status = byId("take-status");
  const copy = async (write, said) => {
    const delivery = current();
    if (delivery === undefined) return (status.textContent = "There is no delivery yet: paste one, or make a sample.");
    try {
      const text = write(delivery);
      byId("taken").value = text;
      byId("taken-block").hidden = false;
      status.textContent = (await toClipboard(text)) ? said(delivery) : "The browser does not let the page copy. Copy the text from the field below.";
    } catch (error) {
      status.textContent = error.message;
    }
  };
  const withOwn = (delivery) => ({ ...delivery, own: delivery.secrets.length > 0 && delivery.secrets.every(isOwn) });
  const buttons = FORMATS.map(({ id, label, write }) => {
    const said = (delivery) => {
      const reads = ["js", "python", "rust"].includes(id) && !withOwn(delivery).own && !delivery.jwks;
      const names = leftOut(id, delivery);
      return [
        `Copied as ${label}.`,
        reads && (hasSecret(delivery) ? "It contains your secret, as the delivery has it: keep it to yourself." : "It does not contain your secret: it reads WEBHOOK_SECRET."),
        names.length > 0 && `Left out, because ${label} cannot hold them safely: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}.`,
      ].filter(Boolean).join(" ");
    };
    return el("button", { type: "button", "data-copy": id, onclick: () => copy((delivery) => write(withOwn(delivery)), said) }, label);
  });
  fill(byId("copies"), buttons);
  const link = (delivery) => `${location.href.split("#")[0]}${fragmentOf(delivery)}`;
  byId("share").addEventListener("click", () => copy(link, () => "Copied the link. The secret is not in it."));
}

/** Whether the delivery has the secret: that of a sender that signs nothing is its token. */
const hasSecret = ({ headers, url = "", body, secrets }) => contains([...headers.flat(), url], body, secrets);

/** Puts a text into the clipboard; resolves to whether the browser lets it. */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
