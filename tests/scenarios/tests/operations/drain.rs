//! The end of a process: asked for, or all of a sudden. What was answered is there afterwards (I3).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;
use tonic::Code;
use wishwell_api::v1;
use wishwell_scenarios::{Served, external};

/// The longest a drain may take.
const DRAIN: Duration = Duration::from_secs(10);
const WRITERS: usize = 4;

fn need(writer: usize, number: usize) -> v1::SubmitNeedRequest {
    let item = v1::NeedItem {
        category: "education.desk".to_owned(),
        quantity: Some(v1::Quantity { value: 1, unit: "piece".to_owned() }),
        ..v1::NeedItem::default()
    };
    let need = v1::Need {
        external: Some(external("drain", &format!("{writer}-{number}"))),
        items: vec![item],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        division: "640104".to_owned(),
        ..v1::Need::default()
    };
    v1::SubmitNeedRequest { need: Some(need), ..v1::SubmitNeedRequest::default() }
}

/// What a writer was told: names of the needs that were taken, and how its calls ended.
#[derive(Debug, Default)]
struct Told {
    taken: Vec<String>,
    end: Option<tonic::Status>,
}

/// Submits one need after the other until it is refused.
fn write(served: &Served, writer: usize, stop: &Arc<AtomicBool>) -> JoinHandle<Told> {
    let mut needs = served.needs("demo-hotline");
    let stop = Arc::clone(stop);
    tokio::spawn(async move {
        let mut told = Told::default();
        for number in 0.. {
            match needs.submit_need(need(writer, number)).await {
                Ok(answer) => told.taken.push(answer.into_inner().need.expect("the need").name),
                Err(status) => {
                    told.end = Some(status);
                    break;
                }
            }
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        told
    })
}

/// Starts again on the same store and looks for every need that was taken.
async fn all_there(served: Served, taken: &[String]) {
    let folder = served.process.into_folder();
    let started = Instant::now();
    let served = Served::start_in(folder, &[], &[]).await;
    assert!(started.elapsed() < Duration::from_secs(30), "opening took {:?}", started.elapsed());
    let mut needs = served.needs("demo-hotline");
    for name in taken {
        let request = v1::GetNeedRequest { name: name.clone(), ..v1::GetNeedRequest::default() };
        let found = needs.get_need(request).await;
        assert!(found.is_ok(), "{name} was answered and is gone: {found:?}");
    }
    let filter = v1::FindResourcesRequest {
        need: taken.last().expect("something was taken").clone(),
        ..v1::FindResourcesRequest::default()
    };
    let found = served.matching("demo-hotline").find_resources(filter).await.expect("an answer").into_inner();
    assert!(!found.items[0].candidates.is_empty(), "the catalogue is there as well");
}

#[tokio::test]
async fn a_drain_finishes_what_is_under_way_refuses_the_rest_and_loses_no_answered_write() {
    let mut served = Served::demo().await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS).map(|writer| write(&served, writer, &stop)).collect();
    // A call that is under way when the signal comes, for two seconds.
    let mut needs = served.needs("demo-hotline");
    let waiting = tokio::spawn(async move {
        needs.list_needs(v1::ListNeedsRequest { min_position: 1 << 40, ..v1::ListNeedsRequest::default() }).await
    });
    tokio::time::sleep(Duration::from_millis(700)).await;
    let asked = Instant::now();
    served.process.terminate();
    let status = served.process.wait_until_ended(DRAIN).await;
    assert_eq!(status.code(), Some(0), "{}", served.process.output());
    assert!(asked.elapsed() < DRAIN);
    let end = waiting.await.unwrap().expect_err("nobody gets to that position");
    assert_eq!(end.code(), Code::Unavailable, "{end:?}");
    assert!(end.message().contains("position"), "the call under way got its own answer: {end:?}");
    let mut taken = Vec::new();
    for writer in writers {
        let told = writer.await.unwrap();
        let end = told.end.expect("the server is gone");
        assert!([Code::Unavailable, Code::Unknown, Code::Cancelled, Code::Internal].contains(&end.code()), "{end:?}");
        taken.extend(told.taken);
    }
    assert!(!taken.is_empty());
    assert!(tokio::net::TcpStream::connect(served.address).await.is_err(), "nobody listens any more");
    all_there(served, &taken).await;
}

#[tokio::test]
async fn a_request_whose_body_does_not_come_holds_no_process_back() {
    let mut served = Served::start(&["--demo=false", "--http-listen", "127.0.0.1:0"], &[]).await;
    let address = served.web.expect("REST is served");
    let mut stalled = tokio::net::TcpStream::connect(address).await.expect("somebody listens");
    let head = format!(
        "POST /v1/needs HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer demo-hotline\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{{"
    );
    stalled.write_all(head.as_bytes()).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(300)).await;
    served.process.terminate();
    let status = served.process.wait_until_ended(DRAIN).await;
    assert_eq!(status.code(), Some(0), "{}", served.process.output());
}

#[tokio::test]
async fn a_process_that_is_killed_keeps_everything_it_answered() {
    let mut served = Served::demo().await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS).map(|writer| write(&served, writer, &stop)).collect();
    tokio::time::sleep(Duration::from_millis(700)).await;
    served.process.kill();
    let mut taken = Vec::new();
    for writer in writers {
        taken.extend(writer.await.unwrap().taken);
    }
    assert!(taken.len() > WRITERS, "the kill came in the middle of work");
    all_there(served, &taken).await;
}
