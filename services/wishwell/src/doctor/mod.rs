//! `wishwell doctor`.
use crate::cli::DoctorArgs;
use crate::config::Variables;
use crate::exit::Failure;
pub(crate) async fn run(_: &DoctorArgs, _: Option<&str>, _: Variables) -> Result<String, Failure> { Ok(String::new()) }
