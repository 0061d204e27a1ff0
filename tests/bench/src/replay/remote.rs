//! The service, asked over a socket as anybody would ask it: nothing of a round is stored there.

use std::path::Path;

use tokio::runtime::Handle;
use tonic::transport::Channel;
use wishwell_api::v1::matching_service_client::MatchingServiceClient;
use wishwell_api::v1::{
    PlanAllocationRequest, PlanAllocationResponse, PlanNeed, PlanNeeds, PlanPairs, PlanResource, PlanResources,
    PlanRules, PlanServing, RoundCounting,
};
use wishwell_store::{Durability, SqliteStore};

use super::allocation::Planner;
use super::clock::{Ask, Offer, Shipment};
use super::distances::MILE;
use super::pairs::Pairs;
use super::world::World;
use crate::wishwell::{Wishwell, keyed};

/// Needs, or resources, of one message.
const CHUNK: usize = 5_000;
/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// A `wishwell serve` of its own, on an empty embedded store.
#[derive(Debug)]
pub(super) struct Service {
    runtime: Handle,
    client: MatchingServiceClient<Channel>,
    key: &'static str,
    /// Rounds that were asked for and answered.
    pub(super) calls: usize,
    /// Pairs of all of them.
    pub(super) pairs: usize,
    // Ends with it.
    _server: Wishwell,
}

impl Service {
    /// Starts it in a folder. Blocks.
    pub(super) fn start(runtime: Handle, folder: &Path) -> Self {
        let file = folder.join("empty.db");
        runtime.block_on(async {
            SqliteStore::open(&file, Durability::Relaxed).await.expect("a new store opens").close().await;
        });
        let server = Wishwell::start(&file, folder);
        let channel = runtime.block_on(async { server.endpoint().connect_lazy() });
        let client = MatchingServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX);
        Self { runtime, client, key: server.operator_key(), calls: 0, pairs: 0, _server: server }
    }
}

impl Planner for Service {
    fn plan(&mut self, world: &World, pairs: &Pairs) -> Vec<Shipment> {
        let messages = tokio_stream::iter(messages(world, pairs));
        let answer = self.runtime.block_on(self.client.plan_allocation(keyed(self.key, messages)));
        let answer = answer.unwrap_or_else(|status| panic!("PlanAllocation: {status:?}")).into_inner();
        self.calls += 1;
        self.pairs += pairs.pairs.len();
        assert!(answer.certificate_verified && answer.optimal && answer.flow, "it is a flow, solved and verified");
        assert_eq!(usize::try_from(answer.pairs), Ok(pairs.pairs.len()), "it decides among the pairs that were sent");
        shipments(pairs, &answer)
    }
}

/// A round as the messages of a call: rules, requests, donations, and a message of pairs for each request. Distances are in miles.
fn messages(world: &World, pairs: &Pairs) -> Vec<PlanAllocationRequest> {
    let rules = PlanRules {
        counting: RoundCounting::People.into(),
        given_pairs_only: true,
        answer_bytes_max: i32::try_from(ANSWER_BYTES_MAX).expect("as much as may be asked for"),
        ..PlanRules::default()
    };
    let mut messages = vec![PlanAllocationRequest { rules: Some(rules), ..PlanAllocationRequest::default() }];
    for asks in pairs.asks.chunks(CHUNK) {
        let need = |(category, ask): &(u32, Ask)| PlanNeed {
            id: format!("{}/{}", world.recipients.name(ask.recipient), world.categories.name(*category)),
            categories: vec![world.categories.name(*category).to_owned()],
            quantity: i64::try_from(ask.left).expect("within the bounds"),
            ..PlanNeed::default()
        };
        let needs = Some(PlanNeeds { needs: asks.iter().map(need).collect() });
        messages.push(PlanAllocationRequest { needs, ..PlanAllocationRequest::default() });
    }
    for offers in pairs.offers.chunks(CHUNK) {
        let resource = |(category, offer): &(u32, Offer)| PlanResource {
            id: format!("{}/{}", world.donors.name(offer.donor), world.categories.name(*category)),
            categories: vec![world.categories.name(*category).to_owned()],
            capacity: i64::try_from(offer.units).expect("within the bounds"),
            organization: world.donors.name(offer.donor).to_owned(),
            ..PlanResource::default()
        };
        let resources = Some(PlanResources { resources: offers.iter().map(resource).collect() });
        messages.push(PlanAllocationRequest { resources, ..PlanAllocationRequest::default() });
    }
    for row in pairs.pairs.chunk_by(|one, other| one.0 == other.0) {
        let sent = PlanPairs {
            need_index: index(row[0].0),
            resource_indexes: row.iter().map(|(_, offer, _)| index(*offer)).collect(),
            distances: row.iter().map(|(_, _, distance)| f64::from(*distance) / f64::from(MILE)).collect(),
        };
        messages.push(PlanAllocationRequest { pairs: Some(sent), ..PlanAllocationRequest::default() });
    }
    messages
}

fn shipments(pairs: &Pairs, answer: &PlanAllocationResponse) -> Vec<Shipment> {
    let at = |index: i32| usize::try_from(index).expect("a place in what was sent");
    let shipment = |serving: &PlanServing| {
        let (category, offer) = pairs.offers[at(serving.resource_index)];
        let recipient = pairs.asks[at(serving.need_index)].1.recipient;
        let units = u64::try_from(serving.units).expect("some units");
        Shipment { category, donor: offer.donor, recipient, units }
    };
    answer.servings.iter().map(shipment).collect()
}

fn index(place: u32) -> i32 {
    i32::try_from(place).expect("fewer than two thousand million")
}
