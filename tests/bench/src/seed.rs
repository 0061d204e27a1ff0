//! Fills a SQLite store with the made-up catalogue, through the contract every writer uses. Filled stores are kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use wishwell_domain::event::Change;
use wishwell_domain::ids::TenantId;
use wishwell_engine::synthetic::Synthetic;
use wishwell_store::{Durability, Mutation, SqliteStore, Store, WriteContext, WriteMode};

use crate::questions::SEED;

/// Whose catalogue it is.
pub(crate) const TENANT: &str = "bench";
/// Raised when a filled store of an earlier version of this program is not the same any more.
const FORMAT: u32 = 1;
/// Entities of one transaction.
const BATCH: usize = 2_000;

/// The file of a store with so many resources; fills it first when there is none.
pub(crate) async fn store(folder: &Path, resources: usize) -> PathBuf {
    let path = folder.join(format!("resources-{resources}-{FORMAT}.db"));
    let filled = folder.join(format!("resources-{resources}-{FORMAT}.filled"));
    if filled.is_file() {
        return path;
    }
    std::fs::create_dir_all(folder).expect("the folder for stores can be made");
    for left_over in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{left_over}", path.display()));
    }
    let started = Instant::now();
    // A store that is half filled when the power goes is filled again.
    let store = SqliteStore::open(&path, Durability::Relaxed).await.expect("a new store opens");
    fill(store.as_ref(), &Synthetic::new(SEED, resources)).await;
    store.close().await;
    std::fs::write(filled, "").expect("the mark can be made");
    eprintln!("filled a store with {resources} resources in {:.1} s", started.elapsed().as_secs_f64());
    path
}

async fn fill(store: &dyn Store, made: &Synthetic) {
    let tenant = TenantId::parse("tenant", TENANT).expect("a tenant's name");
    let context = WriteContext { tenant, principal: "bench".to_owned(), request: None };
    let (categories, divisions) = (made.categories(), made.divisions());
    write(store, &context, categories.into_iter().map(Change::Category)).await;
    write(store, &context, divisions.into_iter().map(Change::Division)).await;
    write(store, &context, (0..made.organization_count()).map(|at| Change::Organization(made.organization(at)))).await;
    write(store, &context, (0..made.resources).filter_map(|at| made.pool(at)).map(Change::CapacityPool)).await;
    write(store, &context, (0..made.resources).map(|at| Change::Resource(Box::new(made.resource(at))))).await;
}

async fn write(store: &dyn Store, context: &WriteContext, entities: impl Iterator<Item = Change>) {
    let mut entities = entities.peekable();
    while entities.peek().is_some() {
        let batch = entities.by_ref().take(BATCH);
        let mutations = batch.map(|entity| Mutation::Put { entity, mode: WriteMode::Create }).collect();
        store.write(context, mutations).await.expect("the store takes a batch");
    }
}
