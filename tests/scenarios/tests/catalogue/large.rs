//! Entries as large as they may be: pages of them end at a size that every client reads, and an organization has so many.

use std::collections::BTreeSet;

use prost::Message as _;
use wishwell_api::v1;
use wishwell_scenarios::referring::{FAR, HOTLINE, NEAR, OPERATOR, PARTNER, demo, resource, trunk, wanting};
use wishwell_scenarios::told::{metadata, point, reason, refused, text, told};
use wishwell_scenarios::{Served, external};

/// Most bytes of a page's entries.
const PAGE_BYTES_MAX: usize = 3 * 1024 * 1024;
/// More than the tags and lengths of a page's entries take, and its token.
const FRAMING: usize = 16 * 1024;
/// Most resources of one organization.
const RESOURCES_MAX: usize = 5_000;
/// Most entries of a batch.
const BATCH_MAX: usize = 500;

/// A polygon of as many corners as one may have.
fn round() -> v1::ServiceArea {
    let corner = |number: u32| {
        let (sine, cosine) = (f64::from(number) / 256.0 * std::f64::consts::TAU).sin_cos();
        point(38.4 + 0.1 * sine, 106.2 + 0.1 * cosine)
    };
    let polygon = v1::Polygon { vertices: (0..256).filter_map(corner).collect() };
    v1::ServiceArea { polygon: Some(polygon), ..v1::ServiceArea::default() }
}

/// A trunk of [`NEAR`] with as many words and corners as a resource may have.
fn largest(title: &str) -> v1::Resource {
    let words = "箱".repeat(4_000);
    v1::Resource {
        title: text(title),
        content: words.clone(),
        responsible_party: words.clone(),
        service_standard: words,
        areas: vec![round(); 4],
        ..trunk(NEAR, Vec::new(), 38.401)
    }
}

/// The pages of a list of everything a partner may see, as a client without settings of its own reads them.
async fn pages(served: &Served) -> Vec<v1::ListResourcesResponse> {
    let mut pages: Vec<v1::ListResourcesResponse> = Vec::new();
    loop {
        let page_token = pages.last().map(|page| page.next_page_token.clone()).unwrap_or_default();
        let request = v1::ListResourcesRequest { page_size: 1_000, page_token, ..Default::default() };
        let page = told(served.catalog(PARTNER).list_resources(request).await).expect("a page that can be read");
        let is_last = page.next_page_token.is_empty();
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

#[tokio::test]
async fn pages_of_large_resources_end_early_and_hold_all_of_them_once_and_the_portal_shows_them() {
    let served = demo().await;
    let mut too_many = largest("one area too many");
    too_many.areas.push(round());
    let request = v1::CreateResourceRequest { resource: Some(too_many), request_id: String::new() };
    refused(
        "corners",
        told(served.catalog(OPERATOR).create_resource(request).await),
        "INVALID_FIELDS",
        "resource.areas",
    );
    let mut made = BTreeSet::new();
    for number in 0..80 {
        made.insert(resource(&served, largest(&format!("large {number}"))).await);
    }
    let pages = pages(&served).await;
    assert!(pages.len() > 1, "they are more than a page takes");
    assert!(pages.iter().all(|page| page.encoded_len() <= PAGE_BYTES_MAX + FRAMING && !page.resources.is_empty()));
    let names: Vec<_> = pages.iter().flat_map(|page| &page.resources).map(|resource| resource.name.as_str()).collect();
    let distinct: BTreeSet<_> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len(), "each once");
    assert!(made.iter().all(|name| distinct.contains(name.as_str())));
    let mut web = served.web();
    let cookie = web.signed_in(PARTNER).await;
    for page in ["/portal", "/portal/resources", "/portal/notifications"] {
        let answer = web.ask("GET", page, &[("cookie", &cookie)], b"").await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        assert!(page != "/portal/resources" || answer.text().contains("large 79"), "all of them are shown");
    }
}

#[tokio::test]
async fn candidates_of_many_items_that_no_client_takes_at_once_are_refused_and_told_item_by_item() {
    const ITEMS: i32 = 32;
    let served = demo().await;
    let title = "箱".repeat(200);
    let titled = |number: usize| v1::Resource {
        external: Some(external("titled", &number.to_string())),
        title: Some(v1::LocalizedText { zh: title.clone(), en: title.clone() }),
        ..trunk(NEAR, Vec::new(), 38.401)
    };
    let resources = (0..100).map(titled).collect();
    let request = v1::BatchUpsertResourcesRequest { resources, request_id: String::new() };
    let put = told(served.catalog(OPERATOR).batch_upsert_resources(request).await).expect("put");
    let mut inline = wanting(1);
    inline.items = vec![inline.items[0].clone(); ITEMS.unsigned_abs() as usize];
    let find = async |item_ordinal: i32, top_k: i32| {
        let request = v1::FindResourcesRequest {
            inline_need: Some(inline.clone()),
            item_ordinal,
            top_k: Some(top_k),
            near_miss_limit: Some(0),
            min_position: put.log_position,
            ..Default::default()
        };
        told(served.matching(HOTLINE).find_resources(request).await)
    };
    let status = refused("all", find(0, 100).await, "ANSWER_TOO_LARGE", "");
    assert_eq!(status.code(), tonic::Code::FailedPrecondition, "nobody tries that again by itself");
    assert_eq!(metadata(&status, "max"), (4 * 1024 * 1024).to_string());
    assert!(status.message().contains("item_ordinal"), "{status:?}");
    for ordinal in [1, ITEMS] {
        let found = find(ordinal, 100).await.expect("one item");
        assert_eq!(found.items[0].candidates.len(), 100, "all of item {ordinal}");
    }
    let few = find(0, 10).await.expect("fewer candidates");
    assert_eq!(few.items.len(), ITEMS.unsigned_abs() as usize);
}

#[tokio::test]
async fn an_organization_has_so_many_resources_and_may_change_them_all_the_same() {
    let served = demo().await;
    let numbered = |number: usize| v1::Resource {
        external: Some(external("many", &number.to_string())),
        ..trunk(FAR, Vec::new(), 38.401)
    };
    let upsert = async |resources: Vec<v1::Resource>| {
        let request = v1::BatchUpsertResourcesRequest { resources, request_id: String::new() };
        told(served.catalog(OPERATOR).batch_upsert_resources(request).await)
    };
    // It has a few of the demo's.
    let mut number = 0;
    let status = loop {
        match upsert((number..number + BATCH_MAX).map(numbered).collect()).await {
            Ok(_) => number += BATCH_MAX,
            Err(status) => break status,
        }
        assert!(number <= RESOURCES_MAX, "there is no bound");
    };
    assert_eq!(reason(&status), "LIMIT_REACHED", "{status:?}");
    let told_of = ["limit", "max"].map(|key| metadata(&status, key));
    assert_eq!(told_of, ["resources_per_organization_max".to_owned(), RESOURCES_MAX.to_string()], "{status:?}");
    assert!(number + BATCH_MAX >= RESOURCES_MAX, "{number}: it comes close to it");
    upsert((0..BATCH_MAX).map(numbered).collect()).await.expect("those it has already");
    resource(&served, trunk(NEAR, Vec::new(), 38.401)).await;
}
