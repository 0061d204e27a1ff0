//! A decision comes out again, whatever happened while it was made.

use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_scenarios::referring::{HOTLINE, NEAR, demo, draw, pool, resource, stock, submit, trunk, wanting};
use wishwell_scenarios::told::{point, told};
use wishwell_test_support::process;

/// Items that are offered one after the other: fewer than an organization may be asked for in a day.
const ITEMS: i32 = 16;

/// Moves a need to and fro, without end.
async fn move_about(served: &Served, name: &str) {
    for latitude in [38.40, 38.60].into_iter().cycle() {
        let request = v1::UpdateNeedRequest {
            name: name.to_owned(),
            need: Some(v1::Need { place: point(latitude, 106.20), ..v1::Need::default() }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["place".to_owned()] }),
            ..v1::UpdateNeedRequest::default()
        };
        match told(served.needs(HOTLINE).update_need(request).await) {
            Ok(_) => {}
            // Offers change the need as well, and may be in the way.
            Err(status) => assert_eq!(status.code(), Code::Aborted, "{status}"),
        }
    }
}

/// What `wishwell replay` says of a referral.
fn replayed(served: &Served, referral: &str) -> String {
    let mut command = process::command();
    command.env_clear().current_dir(served.process.folder()).args(["replay", referral, "--data-dir", "wishwell-data"]);
    let output = command.output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn it_comes_out_again_though_its_need_was_changed_meanwhile() {
    let served = demo().await;
    let pool = pool(&served, stock(NEAR, Some(1_000))).await;
    resource(&served, trunk(NEAR, vec![draw(&pool, 1)], 38.401)).await;
    let one = wanting(1);
    let items = (1..=ITEMS).map(|_| one.items[0].clone()).collect();
    let need = submit(&served, v1::Need { items, ..one }).await.name;
    let refer = async {
        let mut referrals = Vec::new();
        for item_ordinal in 1..=ITEMS {
            let request = v1::AutoReferRequest { need: need.clone(), item_ordinal, ..v1::AutoReferRequest::default() };
            let answer = told(served.referrals(HOTLINE).auto_refer(request).await).expect("offered");
            referrals.push(answer.referral.expect("one").name);
        }
        referrals
    };
    let moves = async { tokio::join!(move_about(&served, &need), move_about(&served, &need)) };
    let referrals = tokio::select! {
        _ = moves => panic!("they never end"),
        referrals = refer => referrals,
    };
    for referral in referrals {
        let said = replayed(&served, &referral);
        assert!(said.ends_with("identical\n"), "{referral}: {said}");
    }
}
