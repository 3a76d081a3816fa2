// The entry `countersign/lambda`: a function behind API Gateway, a load balancer or a function URL.
import { misuse } from "../error.js";
import { arrange } from "../given.js";
import { receiving, tooLarge } from "../receive.js";
import { hostIn, protocolIn } from "./called.js";

export function webhook(verifier, handler, options) {
  const { limit, receive } = receiving(verifier, handler, options);
  return async (event) => {
    const { status, headers, body } = await receive(() => {
      const { payload, headers } = arrange([event]);
      if (headers === undefined) throw misuse("invalid_body", "the adapter was not called with an event of an HTTP request");
      return { method: event.requestContext?.http?.method ?? event.httpMethod, url: targetOf(event, headers), headers, body: () => bounded(payload, limit) };
    });
    // A load balancer whose target group has multi-value headers takes no others, and API Gateway takes either.
    const lines = event?.requestContext?.elb && event.multiValueHeaders ? { multiValueHeaders: valuesOf(headers) } : { headers };
    return { statusCode: status, ...lines, ...written(body) };
  };
}

/** Text as it is, and bytes in base64. */
const written = (body) => (typeof body === "string" ? { body } : { body: Buffer.from(body).toString("base64"), isBase64Encoded: true });

const encoder = new TextEncoder();

function bounded(payload, limit) {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  if (bytes.length > limit) throw tooLarge();
  return bytes;
}

const valuesOf = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));

/** The URL as the sender has it. Lambda has its parts. */
function targetOf(event, headers) {
  const context = event.requestContext ?? {};
  const first = (wanted) => [Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1]].flat()[0];
  // A REST API leaves the stage out of `path`.
  const path = event.rawPath ?? context.path ?? event.path;
  const host = context.domainName ?? first("host");
  const query = queryOf(event);
  return host === undefined ? path : `${protocolIn(first("x-forwarded-proto")) ?? "https"}://${hostIn(host) ?? "localhost"}${path}${query ? `?${query}` : ""}`;
}

/** The query, encoded. A load balancer passes parameters as they came, and a REST API decodes them. */
function queryOf({ rawQueryString, multiValueQueryStringParameters, queryStringParameters, requestContext }) {
  if (rawQueryString !== undefined) return rawQueryString;
  const encoded = requestContext?.elb ? String : encodeURIComponent;
  return Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
    .flatMap(([name, values]) => [values].flat().map((value) => `${encoded(name)}=${encoded(value)}`))
    .join("&");
}
