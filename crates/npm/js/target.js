// The URL and the method of a request, for the senders that sign them.
import { isRequest } from "./given.js";

/** What `arrange` found, as one value. An option comes before what the request says: a proxy may have changed that. */
export const targetOf = ({ payload, options, url }) => ({ url: options.url ?? url, method: options.method ?? (isRequest(payload) ? payload.method : undefined) });

/** URL and method as text, or undefined. */
export const partsOf = ({ url, method } = {}) => [textOf(url), textOf(method)?.toUpperCase()];

const textOf = (value) => (value === undefined || value === null ? undefined : String(value));
