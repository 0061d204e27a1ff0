//! What servers have stored, read and changed behind their backs.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;

use crate::Served;

/// How long a server may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// The store of a server that runs in this folder.
///
/// # Panics
/// When it cannot be opened.
pub async fn store_in(folder: &Path) -> sqlx::SqliteConnection {
    let file = folder.join("wishwell-data").join("wishwell.db");
    sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("the store")
}

/// Stops a server, changes what it has stored, and starts it again.
///
/// # Panics
/// When nothing is changed.
pub async fn changed(mut served: Served, change: String) -> Served {
    served.process.terminate();
    assert!(served.process.wait_until_ended(DRAIN).await.success());
    let folder = served.process.into_folder();
    let mut database = store_in(folder.path()).await;
    let done = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut database).await.expect("changed");
    assert!(done.rows_affected() > 0);
    database.close().await.expect("closed");
    Served::start_in(folder, &[], &[]).await
}
