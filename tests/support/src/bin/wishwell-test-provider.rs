//! The identity provider of the tests as a process: its users as JSON in the one argument, its issuer on standard output.

use wishwell_test_support::provider::Provider;

#[tokio::main]
async fn main() {
    let users = std::env::args().nth(1).unwrap_or_else(|| "{}".to_owned());
    let Ok(users) = serde_json::from_str(&users) else {
        eprintln!("the users must be a JSON object: names and their claims");
        std::process::exit(2);
    };
    let provider = Provider::start(users).await;
    println!("{}", provider.issuer());
    // Until whoever started it ends it.
    std::future::pending::<()>().await;
}
