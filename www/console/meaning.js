// What a code means and what to do about it, as docs/codes.md says.
import { capital, el } from "../src/dom.js";
import { get } from "./api.js";
import { show } from "./ask.js";
import { words } from "./parts.js";

/** The Worker's row of a code. */
export const meaningOf = (code) => get(`codes/${encodeURIComponent(code)}`);

/** Shows a row. */
export const showCode = ({ code, title, fix }) =>
  show(code, [el("p", words(capital(title)), "."), el("p.fix", el("span.fix-label", "Fix"), el("span", words(capital(fix)), "."))]);
