//! Reads of single entities that come while one is under way are one read: a server plans and runs a statement for thirty of them in
//! the time of one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use wishwell_domain::ids::TenantId;

use super::database::Database;
use super::record::{self, Key, Reading, Record};
use super::session::Failure;
use crate::error::StoreError;

/// Entities of one read.
const READ_AT_ONCE_MAX: usize = 256;

/// A key, and who waits for what is found by it.
type Asked<T> = (Key, oneshot::Sender<Result<Option<T>, StoreError>>);

/// What waits to be read, by tenant; a tenant is there while somebody reads for it.
#[derive(Debug)]
pub(super) struct Gathered<T>(Arc<Mutex<HashMap<TenantId, Vec<Asked<T>>>>>);

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Gathered<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Record> Gathered<T> {
    /// An entity as it is now, or a moment later.
    pub(super) async fn get(
        &self,
        database: &Arc<Database>,
        tenant: &TenantId,
        key: Key,
    ) -> Result<Option<T>, StoreError> {
        let (tell, told) = oneshot::channel();
        let first = match self.waiting().entry(tenant.clone()) {
            Entry::Occupied(mut waiting) => {
                waiting.get_mut().push((key, tell));
                false
            }
            Entry::Vacant(nobody) => {
                nobody.insert(vec![(key, tell)]);
                true
            }
        };
        if first {
            // Whoever gives up waiting takes nothing from the others.
            tokio::spawn(
                Reader { gathered: self.clone(), tenant: tenant.clone(), ended: false }.read(Arc::clone(database)),
            );
        }
        told.await.unwrap_or_else(|_| Err(StoreError::Defect("a reader ended before it answered".to_owned())))
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<TenantId, Vec<Asked<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads for a tenant until nobody waits any more.
struct Reader<T: Record> {
    gathered: Gathered<T>,
    tenant: TenantId,
    /// Whether somebody else reads for the tenant from now on, if anybody.
    ended: bool,
}

impl<T: Record> Reader<T> {
    async fn read(mut self, database: Arc<Database>) {
        while let Some(asked) = self.next() {
            let keys = asked.iter().map(|(key, _)| key.clone()).collect();
            match find::<T>(&database, &self.tenant, keys).await.map_err(Failure::into_store_error) {
                Ok(found) => {
                    let found: HashMap<Key, T> = found.into_iter().map(|entity| (entity.key(), entity)).collect();
                    // Nobody may be waiting any more.
                    asked.into_iter().for_each(|(key, tell)| drop(tell.send(Ok(found.get(&key).cloned()))));
                }
                Err(error) => asked.into_iter().for_each(|(_, tell)| drop(tell.send(Err(error.clone())))),
            }
        }
    }

    /// What is to be read next; none ends the reading.
    fn next(&mut self) -> Option<Vec<Asked<T>>> {
        let mut all = self.gathered.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = all.get_mut(&self.tenant)?;
        let rest = waiting.split_off(waiting.len().min(READ_AT_ONCE_MAX));
        let next = std::mem::replace(waiting, rest);
        if next.is_empty() {
            all.remove(&self.tenant);
            self.ended = true;
            return None;
        }
        Some(next)
    }
}

impl<T: Record> Drop for Reader<T> {
    /// Had it panicked, nobody would read for those that wait: they are told, and the next one reads.
    fn drop(&mut self) {
        if !self.ended {
            self.gathered.waiting().remove(&self.tenant);
        }
    }
}

async fn find<T: Record>(database: &Database, tenant: &TenantId, keys: Vec<Key>) -> Result<Vec<T>, Failure> {
    let mut session = database.begin_read().await?;
    let found = record::find::<T>(&mut session, tenant, keys, Reading::Whole).await?;
    session.end().await?;
    Ok(found)
}
