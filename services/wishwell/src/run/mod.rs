//! Running a server: development mode and `serve`.

mod banner;
mod certificates;
mod dev;
mod gateway;
mod loads;
mod notify;
mod ports;
mod process;
mod serve;
mod signals;
mod store;
mod system_clock;

pub(crate) use certificates::ends_soon;
pub(crate) use dev::{MASTER_KEY_FILE, STORE_FILE, run as dev};
pub(crate) use gateway::run as gateway;
pub(crate) use ports::{holder_of, reserve};
pub(crate) use serve::run as serve;
pub(crate) use store::{
    failure as store_failure, must_need_no_key, must_open_keys, open_as_it_is as open_store_as_it_is,
};
pub(crate) use system_clock::SystemClock;
