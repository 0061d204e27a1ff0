//! Which resources fit which wishes, as the service says it.

use std::collections::BTreeMap;

use futures::future::join_all;
use tonic::Status;
use wishwell_api::v1;

use super::own::Resources;
use super::partner::Partner;
use crate::pages::names::Names;

/// Resources that are asked at once; those beyond can be chosen all the same.
const RESOURCES_ASKED_MAX: usize = 16;
/// Wishes looked through for one resource: the contract's largest page.
const WISHES_ASKED_MAX: i32 = 1_000;

/// A partner's resources before a wish.
pub(super) struct Choice {
    /// Those that fit, with what each can serve.
    pub(super) fitting: Vec<(v1::Resource, Serves)>,
    /// The others that are offered and of the right kind.
    pub(super) others: Vec<v1::Resource>,
}

/// What a resource can serve of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Serves {
    /// Units each time.
    pub(super) each: i64,
    /// How many times; 1 when the item does not recur.
    pub(super) times: i32,
}

impl Serves {
    fn of(found: &v1::NeedMatch) -> Self {
        Self { each: found.served_quantity, times: found.served_occurrences }
    }

    /// Units over all times.
    fn units(self) -> i64 {
        self.each.saturating_mul(self.times.into())
    }
}

impl Choice {
    pub(super) async fn of(partner: &Partner, item: &v1::WishItem) -> Result<Self, Status> {
        let resources = Resources::of(partner).await?;
        let categories = resources.offered().flat_map(|resource| resource.categories.iter().map(String::as_str));
        let names = Names::of(&partner.calls, categories, []).await?;
        let answers = ask(partner, &resources, WISHES_ASKED_MAX).await?;
        let mut choice = Self { fitting: Vec::new(), others: Vec::new() };
        for resource in resources.offered() {
            let matches = answers.get(&resource.name).map(Vec::as_slice).unwrap_or_default();
            let found = matches.iter().find(|found| found.wish == item.wish && found.item_ordinal == item.item_ordinal);
            match found {
                Some(found) => choice.fitting.push((resource.clone(), Serves::of(found))),
                None if is_of(&names, resource, &item.category) => choice.others.push(resource.clone()),
                None => {}
            }
        }
        choice.fitting.sort_by(|a, b| b.1.units().cmp(&a.1.units()).then_with(|| a.0.name.cmp(&b.0.name)));
        Ok(choice)
    }
}

/// Whether a resource gives what a category asks for: it is of it, or of one below it.
fn is_of(names: &Names, resource: &v1::Resource, category: &str) -> bool {
    resource.categories.iter().any(|own| names.category_line(own).any(|code| code == category))
}

/// Wishes that any of the partner's resources could serve, each once: the most urgent first, then the nearest.
pub(super) async fn of_all(
    partner: &Partner,
    resources: &Resources,
    each_max: i32,
) -> Result<Vec<v1::NeedMatch>, Status> {
    let mut found: BTreeMap<(String, i32), v1::NeedMatch> = BTreeMap::new();
    for one in ask(partner, resources, each_max).await?.into_values().flatten() {
        let key = (one.wish.clone(), one.item_ordinal);
        // Of several resources the nearest speaks for the wish.
        if found.get(&key).is_none_or(|known| known.distance_band > one.distance_band) {
            found.insert(key, one);
        }
    }
    let mut fitting: Vec<v1::NeedMatch> = found.into_values().collect();
    fitting.sort_by(|a, b| (a.urgency, a.distance_band, &a.wish).cmp(&(b.urgency, b.distance_band, &b.wish)));
    Ok(fitting)
}

/// What each resource could serve, by its name.
async fn ask(
    partner: &Partner,
    resources: &Resources,
    each_max: i32,
) -> Result<BTreeMap<String, Vec<v1::NeedMatch>>, Status> {
    let asked = resources.offered().take(RESOURCES_ASKED_MAX).map(|resource| {
        let mut matching = partner.calls.matching();
        let request = v1::FindNeedsRequest {
            resource: resource.name.clone(),
            page_size: each_max,
            ..v1::FindNeedsRequest::default()
        };
        async move {
            let name = request.resource.clone();
            Ok::<_, Status>((name, matching.find_needs(request).await?.into_inner().matches))
        }
    });
    join_all(asked.collect::<Vec<_>>()).await.into_iter().collect()
}
