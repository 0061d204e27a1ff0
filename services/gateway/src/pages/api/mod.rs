//! The API for web developers: the OpenAPI document, and the same to read. The frame speaks the visitor's language, the contract English.

mod document;
mod operation;
mod schema;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response as HttpResponse};
use maud::html;

use super::failure::Failure;
use super::layout;
use super::visit::Visit;
use crate::app::App;
use crate::rest;

use document::{DOCUMENT, Operation};

/// Its pages and the document.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api", get(overview))
        .route("/api/types/{name}", get(message))
        .route("/api/openapi.json", get(serve_document))
}

/// Every operation, by service.
async fn overview(visit: Visit) -> Response {
    let title = visit.say("REST 接口", "The REST API");
    let services = document::services();
    let content = html! {
        h1 { (title) }
        p class="lead" {
            (visit.say(
                "每个页面做的事，接口都能做。下面按服务列出全部调用；说明文字取自接口合同，为英文。",
                "Whatever a page does, a call does. These are all of them, by service, as the contract describes them."
            ))
        }
        p { a href="/api/openapi.json" { (visit.say("OpenAPI 3.1 文档（JSON）", "The OpenAPI 3.1 document (JSON)")) } }
        h2 { (visit.say("怎样调用", "How to call")) }
        p {
            (visit.say(
                "把访问密钥放进 Authorization 头。下面的示例里，$URL 是本站地址，$KEY 是密钥。出错时返回 google.rpc.Status，details 里有原因和每个不合规的字段。",
                "Send your access key in the header Authorization. In the examples $URL is this site and $KEY the key. Errors are google.rpc.Status; \
                 their details have the reason and every field that breaks a rule."
            ))
        }
        pre class="example" { code { "curl -H \"Authorization: Bearer $KEY\" \"$URL/v1/principal\"" } }
        nav class="api-services" aria-label=(visit.say("服务", "Services")) {
            ul { @for service in services { li { a href=(format!("#{}", service.name)) { (service.name) } " · " (service.operations.len()) } } }
        }
        @for service in services {
            section id=(service.name) {
                h2 { (service.name) }
                p lang="en" { (schema::prose(&service.description)) }
                @for operation in &service.operations { (one(&visit, operation)) }
            }
        }
    };
    layout::page(&visit, title, &content)
}

fn one(visit: &Visit, operation: &Operation) -> maud::Markup {
    html! {
        details class="operation" id=(operation.id) {
            summary {
                span class=(format!("verb {}", operation.verb)) { (operation.verb) }
                " " code { (operation.path) } " " span class="what" lang="en" { (operation.summary) }
            }
            (operation::show(visit, operation))
        }
    }
}

/// One type of the contract.
async fn message(visit: Visit, Path(name): Path<String>) -> Response {
    let Some(found) = document::schema(&name) else { return Failure::NoSuchPage.response(&visit) };
    let content = html! {
        p { a href="/api" { (visit.say("全部调用", "All calls")) } }
        h1 { code { (name) } }
        (schema::show(&visit, found))
    };
    layout::page(&visit, &name, &content)
}

/// The document. It says nothing about anybody, so that scripts of every site may read it.
async fn serve_document(headers: HeaderMap) -> Response {
    let mut response = HttpResponse::new(axum::body::Body::empty());
    let written = response.headers_mut();
    written.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    written.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    written.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    rest::conditional(&headers, response, DOCUMENT.as_bytes().to_vec())
}
