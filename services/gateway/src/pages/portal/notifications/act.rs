//! Reading what was told, and changing what one is told.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use tonic::Status;
use wishwell_api::v1::{self, SubscriptionState};
use wishwell_domain::limits::NOTIFICATIONS_MARKED_MAX;

use super::problem::Problem;
use super::{Filter, PAGE, Said, page};
use crate::pages::address;
use crate::pages::failure::Failure;
use crate::pages::portal::form::whole_number;
use crate::pages::portal::partner::Partner;
use crate::pages::portal::refusal::Refusal;
use crate::pages::visit::Visit;
use crate::pages::words::notification as words;

/// What a form of this page sends. Some fields come several times.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// The subscription that the form is of, `subscriptions/{uuid}`; empty for a new one.
    pub(super) subscription: String,
    request_id: String,
    secret_request_id: String,
    etag: String,
    pub(super) categories: Vec<String>,
    /// As it was typed.
    pub(super) daily_budget: String,
    pub(super) offers: bool,
    pub(super) webhook_url: String,
}

impl Filled {
    fn of(subscription: String, fields: Vec<(String, String)>) -> Self {
        let mut filled = Self { subscription, ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "request_id" => filled.request_id = value,
                "secret_request_id" => filled.secret_request_id = value,
                "etag" => filled.etag = value,
                "category" => filled.categories.push(value),
                "daily_budget" => filled.daily_budget = value,
                "offers" => filled.offers = true,
                "webhook_url" => filled.webhook_url = value.trim().to_owned(),
                _ => {}
            }
        }
        filled
    }

    /// The budget; what the contract refuses, it refuses. None would mean offers alone, which nobody says who types nothing.
    fn budget(&self) -> Result<i32, String> {
        let budget = whole_number(&self.daily_budget)?.ok_or_else(|| self.daily_budget.clone())?;
        i32::try_from(budget).map_err(|_| self.daily_budget.clone())
    }

    /// Changes fields of the subscription.
    fn update(&self, subscription: v1::Subscription, paths: &[&str]) -> v1::UpdateSubscriptionRequest {
        v1::UpdateSubscriptionRequest {
            name: self.subscription.clone(),
            subscription: Some(subscription),
            update_mask: Some(prost_types::FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() }),
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
        }
    }
}

/// Marks notifications as read, and goes back to the list.
pub(in crate::pages::portal) async fn mark_seen(
    partner: Partner,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let request = v1::MarkNotificationsSeenRequest {
        names: all(&fields, "name").take(NOTIFICATIONS_MARKED_MAX).collect(),
        request_id: all(&fields, "request_id").next().unwrap_or_default(),
    };
    let unread = all(&fields, "unread").next().unwrap_or_default();
    match partner.calls.notifications().mark_notifications_seen(request).await {
        Ok(_) => Redirect::to(&address::of(PAGE, &[("unread", &unread), ("done", "seen")])).into_response(),
        Err(status) => Failure::from(status).response(&partner.visit),
    }
}

/// The values of a field, in order.
fn all<'f>(fields: &'f [(String, String)], wanted: &'f str) -> impl Iterator<Item = String> + 'f {
    fields.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.clone())
}

/// Subscribes. Whoever gave an address sees the secret, this once.
pub(in crate::pages::portal) async fn subscribe(
    partner: Partner,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let filled = Filled::of(String::new(), fields);
    let daily_budget = match filled.budget() {
        Ok(budget) => budget,
        Err(entered) => return wrong(&partner, Problem::no_number(&entered, filled)).await,
    };
    let subscription = v1::Subscription {
        organization: partner.organization.clone(),
        categories: filled.categories.clone(),
        daily_budget,
        offers: filled.offers,
        webhook_url: filled.webhook_url.clone(),
        ..v1::Subscription::default()
    };
    let request_id = filled.request_id.clone();
    let request = v1::CreateSubscriptionRequest { subscription: Some(subscription), request_id };
    match partner.calls.notifications().create_subscription(request).await {
        Ok(answer) if !filled.webhook_url.is_empty() => given(&partner, answer.into_inner().secret).await,
        Ok(_) => back("subscribe"),
        Err(status) => refused(&partner, status, filled).await,
    }
}

/// Takes a step with a subscription.
pub(in crate::pages::portal) async fn change(
    partner: Partner,
    Path((id, step)): Path<(String, String)>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let filled = Filled::of(format!("subscriptions/{id}"), fields);
    match step.as_str() {
        "scope" => scope(&partner, filled).await,
        "webhook" => webhook(&partner, filled).await,
        "secret" => secret(&partner, filled).await,
        "test" => trial(&partner, filled).await,
        "delete" => delete(&partner, filled).await,
        "remove-webhook" => update(&partner, filled, v1::Subscription::default(), "webhook_url", &step).await,
        "pause" => update(&partner, filled, in_state(SubscriptionState::Paused), "state", &step).await,
        "resume" => update(&partner, filled, in_state(SubscriptionState::Active), "state", &step).await,
        _ => Failure::NoSuchPage.response(&partner.visit),
    }
}

fn in_state(state: SubscriptionState) -> v1::Subscription {
    v1::Subscription { state: state.into(), ..v1::Subscription::default() }
}

async fn scope(partner: &Partner, filled: Filled) -> Response {
    let daily_budget = match filled.budget() {
        Ok(budget) => budget,
        Err(entered) => return wrong(partner, Problem::no_number(&entered, filled)).await,
    };
    let (categories, offers) = (filled.categories.clone(), filled.offers);
    let changed = v1::Subscription { categories, daily_budget, offers, ..v1::Subscription::default() };
    let request = filled.update(changed, &["categories", "daily_budget", "offers"]);
    match partner.calls.notifications().update_subscription(request).await {
        Ok(_) => back("scope"),
        Err(status) => refused(partner, status, filled).await,
    }
}

async fn update(partner: &Partner, filled: Filled, changed: v1::Subscription, path: &str, done: &str) -> Response {
    let request = filled.update(changed, &[path]);
    match partner.calls.notifications().update_subscription(request).await {
        Ok(_) => back(done),
        Err(status) => refused(partner, status, filled).await,
    }
}

/// Sends messages to an address from now on, signed with a secret that nobody had before.
async fn webhook(partner: &Partner, filled: Filled) -> Response {
    let webhook_url = filled.webhook_url.clone();
    let request = filled.update(v1::Subscription { webhook_url, ..v1::Subscription::default() }, &["webhook_url"]);
    let mut notifications = partner.calls.notifications();
    if let Err(status) = notifications.update_subscription(request).await {
        return refused(partner, status, filled).await;
    }
    let rotation = v1::RotateSubscriptionSecretRequest {
        name: filled.subscription.clone(),
        etag: String::new(),
        request_id: filled.secret_request_id.clone(),
    };
    match notifications.rotate_subscription_secret(rotation).await {
        Ok(answer) => given(partner, answer.into_inner().secret).await,
        Err(status) => refused(partner, status, filled).await,
    }
}

async fn secret(partner: &Partner, filled: Filled) -> Response {
    let Filled { subscription: name, etag, request_id, .. } = &filled;
    let request =
        v1::RotateSubscriptionSecretRequest { name: name.clone(), etag: etag.clone(), request_id: request_id.clone() };
    match partner.calls.notifications().rotate_subscription_secret(request).await {
        Ok(answer) => given(partner, answer.into_inner().secret).await,
        Err(status) => refused(partner, status, filled).await,
    }
}

async fn trial(partner: &Partner, filled: Filled) -> Response {
    let request =
        v1::TestSubscriptionRequest { name: filled.subscription.clone(), request_id: filled.request_id.clone() };
    match partner.calls.notifications().test_subscription(request).await {
        Ok(answer) => page(partner, &Filter::default(), tried(&partner.visit, &answer.into_inner())).await,
        Err(status) => refused(partner, status, filled).await,
    }
}

/// What came of a message on trial.
fn tried(visit: &Visit, trial: &v1::TestSubscriptionResponse) -> Said {
    let took = trial.milliseconds;
    if (200..300).contains(&trial.status) {
        let text = visit.say(
            format!("测试消息已被接收：对方答复 {}，用时 {took} 毫秒。", trial.status),
            format!("The test was taken: answered {} in {took} ms.", trial.status),
        );
        return Said { done: Some(text), ..Said::default() };
    }
    let text = if trial.status > 0 {
        visit.say(
            format!("测试消息没有被接收：对方答复 {}，只有 2xx 才算收到。", trial.status),
            format!("The test was not taken: answered {}, and only 2xx counts.", trial.status),
        )
    } else {
        let why = words::trial_failure(visit.language, &trial.failure);
        visit.say(format!("测试消息没有送到：{why}。"), format!("The test did not arrive: {why}."))
    };
    Said { failed: Some(text), ..Said::default() }
}

async fn delete(partner: &Partner, filled: Filled) -> Response {
    let Filled { subscription: name, etag, request_id, .. } = &filled;
    let request =
        v1::DeleteSubscriptionRequest { name: name.clone(), etag: etag.clone(), request_id: request_id.clone() };
    match partner.calls.notifications().delete_subscription(request).await {
        Ok(_) => back("delete"),
        Err(status) => refused(partner, status, filled).await,
    }
}

fn back(done: &str) -> Response {
    Redirect::to(&address::of(PAGE, &[("done", done)])).into_response()
}

/// The page with a secret that was given: it is in no address, and sent again it is the same.
async fn given(partner: &Partner, secret: String) -> Response {
    let text = partner.visit.say("Webhook 已启用。", "The webhook is in use.").to_owned();
    page(partner, &Filter::default(), Said { done: Some(text), secret: Some(secret), ..Said::default() }).await
}

/// The page with the form as it was filled in and what does not fit, or with why it was not done.
async fn refused(partner: &Partner, status: Status, filled: Filled) -> Response {
    if let Some(problem) = Problem::of(&status, filled) {
        return wrong(partner, problem).await;
    }
    match Refusal::of(&status).and_then(|refusal| refusal.words(&partner.visit)) {
        Some(text) => {
            let said = Said { status: StatusCode::CONFLICT, failed: Some(text), ..Said::default() };
            page(partner, &Filter::default(), said).await
        }
        None => Failure::from(status).response(&partner.visit),
    }
}

async fn wrong(partner: &Partner, problem: Problem) -> Response {
    let said = Said { status: StatusCode::UNPROCESSABLE_ENTITY, problem: Some(problem), ..Said::default() };
    page(partner, &Filter::default(), said).await
}
