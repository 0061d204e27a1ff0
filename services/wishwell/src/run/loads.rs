//! Snapshots that are being loaded: a bar on a terminal, lines in the log elsewhere.

use std::sync::Mutex;
use std::time::Duration;

use wishwell_domain::ids::TenantId;
use wishwell_store::LoadProgress;

use crate::lang::Lang;
use crate::progress::{DRAW_EVERY, Progress, shown};

/// A load that takes longer is drawn.
const DRAW_AFTER: Duration = Duration::from_millis(300);
/// A load that takes longer is logged where nothing can be drawn, each time when so much more has passed.
const LOG_EVERY: Duration = Duration::from_secs(3);

/// How far the snapshots are.
pub(super) struct Loads {
    lang: Lang,
    at: Mutex<Option<(TenantId, LoadProgress)>>,
}

impl Loads {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, at: Mutex::new(None) }
    }

    /// Notes how far a tenant's load is.
    pub(super) fn note(&self, tenant: &TenantId, load: LoadProgress) {
        if let Ok(mut at) = self.at.lock() {
            *at = Some((tenant.clone(), load));
        }
    }

    /// Loads, and shows what was noted when it takes long.
    pub(super) async fn show<T>(&self, loading: impl Future<Output = T>) -> T {
        let progress = Progress::new();
        if !progress.is_drawn() {
            return shown(LOG_EVERY, LOG_EVERY, loading, || self.log()).await;
        }
        let mut drawn = None;
        let loaded = shown(DRAW_AFTER, DRAW_EVERY, loading, || self.draw(&progress, &mut drawn)).await;
        progress.end();
        loaded
    }

    fn log(&self) {
        if let Some((tenant, LoadProgress { done, total })) = self.noted() {
            tracing::info!(%tenant, done, total, "loading snapshots");
        }
    }

    /// `drawn` is what the bar was begun for.
    fn draw(&self, progress: &Progress, drawn: &mut Option<(TenantId, u64)>) {
        let Some((tenant, load)) = self.noted() else { return };
        if drawn.as_ref().is_none_or(|(of, total)| (of, *total) != (&tenant, load.total)) {
            progress.begin(&format!("{} {tenant}", self.lang.pick("loading", "载入")), load.total);
            *drawn = Some((tenant, load.total));
        }
        if load.total > 0 {
            progress.at(load.done);
        }
    }

    fn noted(&self) -> Option<(TenantId, LoadProgress)> {
        self.at.lock().ok().and_then(|at| at.clone())
    }
}
