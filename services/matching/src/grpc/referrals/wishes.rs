//! The wishing pool.

use uuid::Uuid;

use wishwell_api::v1;
use wishwell_domain::ids::ResourceId;
use wishwell_domain::need::{Need, NeedItem, NeedState, Recurrence};
use wishwell_domain::zone::Zone;
use wishwell_domain::{Error, Violation, Violations};
use wishwell_store::NeedFilter;

use super::answer;
use crate::cases::wishes::{Claim, Gift, PledgeAsked};
use crate::cases::{Caller, Platform};
use crate::grpc::call::required;
use crate::grpc::convert::{common, need as convert, referral};
use crate::grpc::listing::Listing;
use crate::grpc::within::Within;

/// Which wishes are asked for, and which page of them.
pub(super) struct AskedWishes {
    filter: NeedFilter,
    /// Those that are asked for by name; none when none is.
    named: Option<Vec<Uuid>>,
    listing: Listing,
}

/// Reads which wishes are asked for.
pub(super) async fn read_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListWishesRequest,
) -> Result<AskedWishes, Error> {
    let mut violations = Violations::new();
    let named = named(&message, &mut violations);
    let codes = (("category", message.category.as_str()), ("division", message.division.as_str()));
    let (within, listing) = Within::page(platform, caller, &message, codes, violations).await?;
    let filter = NeedFilter {
        states: vec![NeedState::Open, NeedState::PartlyServed],
        categories: within.categories(),
        // By what is shown: where a need is more exactly, no filter tells.
        wish_divisions: within.divisions(),
        wishes_only: true,
        // A page of wishes that want nothing would be empty, and yet not the last one.
        wanting_only: true,
        ..NeedFilter::default()
    };
    Ok(AskedWishes { filter, named, listing })
}

pub(super) async fn list(
    platform: &Platform,
    caller: Caller,
    message: v1::ListWishesRequest,
) -> Result<v1::ListWishesResponse, Error> {
    let AskedWishes { filter, named, listing } = read_list(platform, &caller, message).await?;
    let now = platform.clock.now();
    let shown = |need: &Need| {
        let wanting = need.items.iter().filter(|item| {
            item.left() > 0 && (filter.categories.is_empty() || filter.categories.contains(&item.category))
        });
        wanting.filter_map(|item| item_out(platform, &caller, need, item, now)).collect::<Vec<_>>()
    };
    if let Some(named) = named {
        let needs = these(platform, &caller, &named, &filter).await?;
        return Ok(v1::ListWishesResponse {
            items: needs.iter().flat_map(shown).collect(),
            next_page_token: String::new(),
        });
    }
    let found = platform.store.list_needs(caller.tenant(), &filter, &listing.by_uuid()).await?;
    let (items, next_page_token) = listing.all_shown(&found, |need| need.id.as_uuid(), shown)?;
    Ok(v1::ListWishesResponse { items, next_page_token })
}

/// The wishes that are asked for by name, in the order asked; none when none is.
fn named(message: &v1::ListWishesRequest, violations: &mut Violations) -> Option<Vec<Uuid>> {
    let mut read = |field: &str, name: &str| violations.take(name_in(field, name));
    let wishes = message.wishes.iter().enumerate();
    let wishes: Vec<Uuid> = wishes.filter_map(|(n, name)| read(&format!("wishes[{n}]"), name)).collect();
    if message.wish.is_empty() {
        return (!message.wishes.is_empty()).then_some(wishes);
    }
    // Conditions are combined.
    let wish = read("wish", &message.wish).filter(|wish| message.wishes.is_empty() || wishes.contains(wish));
    Some(wish.into_iter().collect())
}

/// The needs of these that the list would have, in this order: that of their identifiers is the one in which they came.
async fn these(platform: &Platform, caller: &Caller, names: &[Uuid], filter: &NeedFilter) -> Result<Vec<Need>, Error> {
    let mut found = platform.needs_of_wishes(caller, names).await?;
    found.retain(|_, need| {
        let Some(wish) = &need.wish else { return false };
        let within = || wish.place.as_ref().is_some_and(|place| filter.wish_divisions.contains(place));
        need.state.is_open() && (filter.wish_divisions.is_empty() || within())
    });
    Ok(names.iter().filter_map(|name| found.remove(name)).collect())
}

/// An item of a wish as the pool shows it; none when it is not published.
pub(in crate::grpc) fn item_out(
    platform: &Platform,
    caller: &Caller,
    need: &Need,
    item: &NeedItem,
    now: jiff::Timestamp,
) -> Option<v1::WishItem> {
    let wish = need.wish.as_ref()?;
    // By what is left alone: until when help is of use, a wish does not show.
    let share = item.next_share(Zone::of_places().date_at(need.window(now).0), None, None);
    let again = item
        .recurrence
        .map(|again| Recurrence { occurrences: share.map_or(again.occurrences, |share| share.occurrences()), ..again });
    Some(v1::WishItem {
        wish: platform.wish_name(caller, need)?,
        item_ordinal: item.ordinal.into(),
        title: wish.title.clone(),
        category: item.category.to_string(),
        left: Some(v1::Quantity { value: item.left(), unit: item.unit.code().to_owned() }),
        recurrence: again.map(convert::recurrence_out),
        urgency: convert::urgency_out(need.urgency.aged(now.duration_since(wish.week_start()))).into(),
        division: common::code_out(wish.place.as_ref()),
        published_week: wish.week().to_string(),
        splittable: item.splittable,
    })
}

pub(super) async fn claim(
    platform: &Platform,
    caller: Caller,
    message: v1::ClaimWishRequest,
) -> Result<v1::ClaimWishResponse, Error> {
    let mut violations = Violations::new();
    let name = violations.take(name_in("wish", &message.wish));
    let item = referral::item_ordinal("item_ordinal", message.item_ordinal, &mut violations);
    let gift = match message.pledge {
        Some(pledge) => Some(Gift::Pledge(PledgeAsked {
            title: common::text(pledge.title),
            content: pledge.content,
            responsible_party: pledge.responsible_party,
            service_standard: pledge.service_standard,
        })),
        None => violations.take(ResourceId::parse_name("resource", &message.resource)).map(Gift::Resource),
    };
    violations.into_result()?;
    let claim = Claim {
        name: required("wish", name)?,
        item_ordinal: required("item_ordinal", item)?,
        gift: required("resource", gift)?,
        wish: message.wish,
        quantity: message.quantity,
    };
    let written = platform.claim(&caller, claim).await?;
    let (referral, log_position) = answer(platform, &caller, &written).await?;
    Ok(v1::ClaimWishResponse { referral: Some(referral), log_position })
}

impl Platform {
    /// A need's wish as partners know it; none when it is not published.
    pub(in crate::grpc) fn wish_name(&self, caller: &Caller, need: &Need) -> Option<String> {
        let wish = need.wish.as_ref()?;
        Some(wish_out(self.name_of_lot(caller, need.id, wish.lot)))
    }
}

/// A wish's name in full.
pub(in crate::grpc) fn wish_out(name: Uuid) -> String {
    format!("{WISHES}{name}")
}

/// The UUID in a wish's name. Whether there is such a wish, the store says.
fn name_in(field: &str, name: &str) -> Result<Uuid, Violation> {
    let wish = name.strip_prefix(WISHES).and_then(|id| Uuid::try_parse(id).ok());
    wish.ok_or_else(|| Violation::new(field, "resource_name", "must be `wishes/` followed by a UUID").with_value(name))
}

const WISHES: &str = "wishes/";
