//! The description of the admin API, `docs/openapi.json`, is generated from the table that routes its requests.
//!
//! To write it anew after a change: `UPDATE=1 cargo test --test openapi`. `tests/e2e/admin-openapi.test.mjs` validates it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::{env, fs};

use countersign::access::COOKIE;
use countersign::admin::{Kind, Method, Parameter, ROUTES, Role, Route};
use serde_json::{Map, Value, json};

const FILE: &str = "docs/openapi.json";

#[test]
fn the_description_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text = format!("{}\n", serde_json::to_string_pretty(&description()).unwrap());
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let current = fs::read_to_string(&path).unwrap_or_default();
    assert!(current == text, "{FILE} differs from src/admin/routes.rs; to fix: UPDATE=1 cargo test --test openapi");
}

fn description() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(format!("/admin/{}", route.path)).or_insert_with(|| json!({}));
        path.as_object_mut().unwrap().insert(route.method.as_str().to_lowercase(), operation(route));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign: the admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "What operators ask of a Worker, and have it do.",
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "`ADMIN_TOKEN` operates, `ADMIN_READ_TOKEN` looks." },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": COOKIE,
                    "description": "A request that changes something needs `Sec-Fetch-Site: same-origin` and `X-Countersign-Console: 1` too.",
                },
                "access": {
                    "type": "apiKey", "in": "header", "name": "Cf-Access-Jwt-Assertion",
                    "description": "A token of Cloudflare Access, with the same two headers for a request that changes something.",
                },
            },
            "responses": { "Problem": {
                "description": "The request was refused: `code` says why.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
            "schemas": { "Problem": {
                "type": "object",
                "required": ["type", "title", "status", "code"],
                "properties": {
                    "type": { "type": "string", "format": "uri", "description": "Where the documentation explains the code." },
                    "title": { "type": "string" }, "status": { "type": "integer" }, "code": { "type": "string" },
                    "detail": { "type": "string" },
                },
            } },
        },
    })
}

fn operation(route: &Route) -> Value {
    let named = |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    let in_path = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).map(named);
    let parameters: Vec<_> = in_path.chain(route.query.iter().map(parameter)).collect();
    let security = match route.role {
        Role::Anyone => json!([]),
        Role::Viewer | Role::Operator => json!([{ "token": [] }, { "session": [] }, { "access": [] }]),
    };
    let done = json!({ "description": "It was done, or this is what was asked for." });
    let mut all = json!({
        "operationId": format!("{:?}", route.operation), "summary": route.summary, "parameters": parameters,
        "x-role": format!("{:?}", route.role).to_lowercase(), "security": security,
        "responses": { "2XX": done, "default": { "$ref": "#/components/responses/Problem" } },
    });
    if (route.path, route.method) == ("session", Method::Post) {
        let token = json!({ "type": "object", "required": ["token"], "properties": { "token": { "type": "string" } } });
        let body = json!({ "required": true, "content": { "application/json": { "schema": token } } });
        all.as_object_mut().unwrap().insert("requestBody".to_owned(), body);
    }
    all
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Count { most } => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::Hash => json!({ "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" }),
        Kind::Rate => json!({ "type": "string", "pattern": "^[0-9]+/s$" }),
        Kind::Text | Kind::State => json!({ "type": "string" }),
    };
    json!({ "name": parameter.name, "in": "query", "description": parameter.summary, "schema": schema })
}
