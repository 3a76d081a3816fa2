// Brings an element's children up to date in place. What is still there stays the same node: focus, selection, scroll position and what
// somebody typed survive a refresh.

/** What the reader changes, and a refresh must not change back. */
const OWN = ["open"];

/** Makes the children of `parent` equal to `wanted`: a list of nodes, matched by `data-key`, or else by kind and place. */
export function morph(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.children) if (child.dataset?.key !== undefined) keyed.set(child.dataset.key, child);
  let at = parent.firstChild;
  for (const fresh of wanted) {
    const key = fresh.dataset?.key;
    const old = key === undefined ? alike(at, fresh) : keyed.get(key);
    if (old === undefined || old.nodeName !== fresh.nodeName) {
      parent.insertBefore(fresh, at);
      continue;
    }
    // Moving a node blurs it, so a node that is already in its place is left there.
    if (old === at) at = at.nextSibling;
    else parent.insertBefore(old, at);
    update(old, fresh);
  }
  while (at !== null) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** The node in that place, if it can become the other. */
function alike(at, fresh) {
  const isAlike = at !== null && at.nodeName === fresh.nodeName && at.dataset?.key === undefined && at.id === fresh.id;
  return isAlike ? at : undefined;
}

function update(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) return;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !OWN.includes(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (!OWN.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  morph(old, [...fresh.childNodes]);
  // What a control shows is not among its attributes once somebody used it. While it has the focus, it is being used.
  if (old === document.activeElement || !("value" in old) || old.nodeName === "PROGRESS") return;
  if (old.value !== fresh.value) old.value = fresh.value;
  if (old.checked !== fresh.checked) old.checked = fresh.checked;
}
