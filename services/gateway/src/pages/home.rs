//! The first page: what this is, and where one goes from here.

use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use wishwell_api::v1::PrincipalRole;

use super::layout;
use super::visit::Visit;

/// Leads whoever is signed in to the day's work, and tells everybody else what this is.
pub(super) async fn show(visit: Visit) -> Response {
    match visit.session.as_ref().map(|session| session.role) {
        Some(PrincipalRole::Partner) => Redirect::to("/portal").into_response(),
        Some(PrincipalRole::Unspecified | PrincipalRole::Visitor) | None => welcome(&visit),
        Some(_) => Redirect::to("/desk").into_response(),
    }
}

fn welcome(visit: &Visit) -> Response {
    let title = visit.say("愿有所应", "Where wishes find those who can help");
    let content = html! {
        section class="hero" {
            h1 { (title) }
            p class="lead" {
                (visit.say(
                    "一张书桌、一次陪诊、一间无菌房：困难家庭的微心愿汇入许愿池，由政府部门、社会组织、企业和志愿者来认领。",
                    "A desk, a companion to the clinic, a sterile room at home: what families lack becomes a wish, and government \
                     departments, organizations, enterprises and volunteers claim it."
                ))
            }
            p class="actions" {
                @if visit.app.options().visitor.is_some() {
                    a class="button" href="/wishes" { (visit.say("看看许愿池", "See the wishing pool")) }
                }
                a class="button quiet" href="/sign-in" { (visit.say("登录工作台", "Sign in to work")) }
            }
        }
    };
    layout::page(visit, title, &content)
}
