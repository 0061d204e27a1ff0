//! Categories and divisions: read from the snapshot, which holds all of them.

use prost::Message;
use wishwell_api::v1;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::{Error, Violations};

use crate::cases::{Caller, Platform};
use crate::grpc::convert::{common, tree as convert};
use crate::grpc::listing::{Listing, fitting};
use crate::grpc::within::{self, Within};

/// One page of entries in the order of their codes, and the token of the next one.
fn page_of<T, M: Message>(
    mut entries: Vec<T>,
    code: impl Fn(&T) -> &str,
    show: impl Fn(&T) -> M,
    listing: &Listing,
) -> Result<(Vec<M>, String), Error> {
    entries.sort_by(|a, b| code(a).cmp(code(b)));
    if let Some(cursor) = listing.cursor() {
        entries.retain(|entry| code(entry).as_bytes() > cursor);
    }
    let more = entries.len() > listing.size();
    entries.truncate(listing.size());
    let (shown, cut_after) = fitting(entries.iter().map(|entry| (code(entry), [show(entry)])));
    let next = cut_after.or(entries.last().filter(|_| more).map(&code));
    Ok((shown, listing.next_token(next)?))
}

pub(super) async fn get_category(
    platform: &Platform,
    caller: Caller,
    message: v1::GetCategoryRequest,
) -> Result<v1::GetCategoryResponse, Error> {
    let snapshot = platform.snapshot(&caller, crate::grpc::matching::position(message.min_position)).await?;
    let code = message.name.strip_prefix("categories/").unwrap_or_default();
    let category = snapshot.category(code).ok_or_else(|| Error::NotFound { name: message.name.clone() })?;
    Ok(v1::GetCategoryResponse { category: Some(convert::category_out(category)) })
}

/// Reads which categories are asked for, and which page of them.
pub(super) async fn read_category_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListCategoriesRequest,
) -> Result<(Within, Listing), Error> {
    let root = message.filter.as_ref().map_or("", |filter| &filter.subtree_of);
    let codes = (("filter.subtree_of", root), within::NONE);
    Within::page(platform, caller, &message, codes, Violations::new()).await
}

pub(super) async fn list_categories(
    platform: &Platform,
    caller: Caller,
    message: v1::ListCategoriesRequest,
) -> Result<v1::ListCategoriesResponse, Error> {
    let text = message.filter.as_ref().map(|filter| filter.text.clone()).unwrap_or_default();
    let (within, listing) = read_category_list(platform, &caller, message).await?;
    let found = within.snapshot.find_categories(within.category.as_ref(), &text);
    let show = |category: &&Category| convert::category_out(category);
    let (categories, next_page_token) = page_of(found, |category| category.code.as_str(), show, &listing)?;
    Ok(v1::ListCategoriesResponse { categories, next_page_token })
}

/// Reads a batch of categories.
pub(super) async fn read_categories(
    platform: &Platform,
    caller: &Caller,
    message: v1::BatchUpsertCategoriesRequest,
) -> Result<Vec<Category>, Error> {
    let mut violations = Violations::new();
    let read = common::readable("categories", message.categories, &mut violations, convert::category);
    platform.check_categories(caller, &read, &mut violations).await?;
    violations.into_result()?;
    Ok(read)
}

pub(super) async fn batch_upsert_categories(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertCategoriesRequest,
) -> Result<v1::BatchUpsertCategoriesResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_categories(platform, &caller, message).await?;
            platform.put_categories(&caller, read).await
        })
        .await?;
    let (results, log_position) = (super::upsert_results(&written), written.position.0);
    Ok(v1::BatchUpsertCategoriesResponse { results, log_position })
}

pub(super) async fn get_division(
    platform: &Platform,
    caller: Caller,
    message: v1::GetDivisionRequest,
) -> Result<v1::GetDivisionResponse, Error> {
    let snapshot = platform.snapshot(&caller, crate::grpc::matching::position(message.min_position)).await?;
    let code = message.name.strip_prefix("divisions/").unwrap_or_default();
    let division = snapshot.division(code).ok_or_else(|| Error::NotFound { name: message.name.clone() })?;
    Ok(v1::GetDivisionResponse { division: Some(convert::division_out(division)) })
}

/// Reads which divisions are asked for, and which page of them.
pub(super) async fn read_division_list(
    platform: &Platform,
    caller: &Caller,
    message: v1::ListDivisionsRequest,
) -> Result<(Within, Listing), Error> {
    let root = message.filter.as_ref().map_or("", |filter| &filter.subtree_of);
    let codes = (within::NONE, ("filter.subtree_of", root));
    Within::page(platform, caller, &message, codes, Violations::new()).await
}

pub(super) async fn list_divisions(
    platform: &Platform,
    caller: Caller,
    message: v1::ListDivisionsRequest,
) -> Result<v1::ListDivisionsResponse, Error> {
    let text = message.filter.as_ref().map(|filter| filter.text.clone()).unwrap_or_default();
    let (within, listing) = read_division_list(platform, &caller, message).await?;
    let found = within.snapshot.find_divisions(within.division.as_ref(), &text);
    let show = |division: &&Division| convert::division_out(division);
    let (divisions, next_page_token) = page_of(found, |division| division.code.as_str(), show, &listing)?;
    Ok(v1::ListDivisionsResponse { divisions, next_page_token })
}

/// Reads a batch of divisions.
pub(super) async fn read_divisions(
    platform: &Platform,
    caller: &Caller,
    message: v1::BatchUpsertDivisionsRequest,
) -> Result<Vec<Division>, Error> {
    let mut violations = Violations::new();
    let read = common::readable("divisions", message.divisions, &mut violations, convert::division);
    platform.check_divisions(caller, &read, &mut violations).await?;
    violations.into_result()?;
    Ok(read)
}

pub(super) async fn batch_upsert_divisions(
    platform: &Platform,
    caller: Caller,
    message: v1::BatchUpsertDivisionsRequest,
) -> Result<v1::BatchUpsertDivisionsResponse, Error> {
    let written = platform
        .once(&caller, async {
            let read = read_divisions(platform, &caller, message).await?;
            platform.put_divisions(&caller, read).await
        })
        .await?;
    let (results, log_position) = (super::upsert_results(&written), written.position.0);
    Ok(v1::BatchUpsertDivisionsResponse { results, log_position })
}
