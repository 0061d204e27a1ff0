//! What every request may need.

use std::sync::Arc;

use jiff::Timestamp;

use crate::calls::Calls;
use crate::options::GatewayOptions;
use crate::session::Sessions;
use crate::upstream::Upstream;

/// Shared by all requests. Clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct App(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    upstream: Upstream,
    sessions: Sessions,
    options: GatewayOptions,
}

impl App {
    pub(crate) fn new(upstream: Upstream, options: GatewayOptions) -> Self {
        let sessions = Sessions::new(&options.session_key, options.secure);
        Self(Arc::new(Parts { upstream, sessions, options }))
    }

    pub(crate) fn upstream(&self) -> &Upstream {
        &self.0.upstream
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn options(&self) -> &GatewayOptions {
        &self.0.options
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.options.clock.now()
    }

    /// Calls with these credentials.
    pub(crate) fn calls(&self, token: &str) -> Calls {
        Calls::new(self.upstream().clone(), token)
    }
}
