//! Health as its protocol says, reflection under both of its names, gzip both ways.

use std::time::Duration;

use tokio_stream::StreamExt as _;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use wishwell_api::v1;
use wishwell_scenarios::{Served, admin};

const PATIENCE: Duration = Duration::from_secs(20);
const SERVICES: [&str; 6] = [
    "wishwell.v1.AccessService",
    "wishwell.v1.CatalogService",
    "wishwell.v1.MatchingService",
    "wishwell.v1.NeedService",
    "wishwell.v1.NotificationService",
    "wishwell.v1.ReferralService",
];

fn asked(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

async fn next(stream: &mut tonic::Streaming<HealthCheckResponse>) -> Option<ServingStatus> {
    let next = tokio::time::timeout(PATIENCE, stream.next()).await.expect("an answer in time");
    next.map(|answer| answer.expect("an answer, no error").status())
}

#[tokio::test]
async fn each_service_is_serving_and_a_service_nobody_knows_is_told_as_the_protocol_says() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let mut health = HealthClient::new(served.channel());
    for service in SERVICES.into_iter().chain([""]) {
        let answer = health.check(asked(service)).await.expect("known").into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    assert_eq!(health.check(asked("nobody.Knows")).await.expect_err("unknown").code(), Code::NotFound);
    let mut watch = health.watch(asked("nobody.Knows")).await.expect("a stream").into_inner();
    assert_eq!(next(&mut watch).await, Some(ServingStatus::ServiceUnknown));
    let more = tokio::time::timeout(Duration::from_millis(300), watch.next()).await;
    assert!(more.is_err(), "the stream stays open and quiet, but: {more:?}");
}

#[tokio::test]
async fn whoever_watches_is_told_of_the_drain_and_then_let_go() {
    let mut served = Served::start(&["--demo=false"], &[]).await;
    let mut health = HealthClient::new(served.channel());
    let mut streams = Vec::new();
    for service in ["", SERVICES[0]] {
        let mut watch = health.watch(asked(service)).await.expect("a stream").into_inner();
        assert_eq!(next(&mut watch).await, Some(ServingStatus::Serving));
        streams.push(watch);
    }
    let mut unknown = health.watch(asked("nobody.Knows")).await.expect("a stream").into_inner();
    assert_eq!(next(&mut unknown).await, Some(ServingStatus::ServiceUnknown));
    served.process.terminate();
    for mut watch in streams {
        assert_eq!(next(&mut watch).await, Some(ServingStatus::NotServing));
        assert_eq!(next(&mut watch).await, None, "the stream ends");
    }
    assert!(served.process.wait_until_ended(PATIENCE).await.success());
}

/// The services that reflection lists, asked under one of its two names.
macro_rules! listed {
    ($version:ident, $served:expr) => {{
        use tonic_reflection::pb::$version::ServerReflectionRequest;
        use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
        use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
        use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
        let ask = |message| ServerReflectionRequest { host: String::new(), message_request: Some(message) };
        let questions = [
            ask(MessageRequest::ListServices(String::new())),
            ask(MessageRequest::FileContainingSymbol(SERVICES[1].to_owned())),
        ];
        let mut client = ServerReflectionClient::new($served.channel());
        let answers = client.server_reflection_info(tokio_stream::iter(questions)).await.expect("reflection");
        let mut answers = answers.into_inner();
        let mut services = Vec::new();
        let mut files = 0;
        while let Some(answer) = answers.next().await {
            match answer.expect("an answer").message_response.expect("an answer") {
                MessageResponse::ListServicesResponse(list) => {
                    services.extend(list.service.into_iter().map(|s| s.name))
                }
                MessageResponse::FileDescriptorResponse(file) => files += file.file_descriptor_proto.len(),
                other => panic!("{other:?}"),
            }
        }
        assert!(files > 0, "the file of a service is given");
        services
    }};
}

#[tokio::test]
async fn reflection_lists_every_service_under_both_of_its_names() {
    let served = Served::start(&["--demo=false"], &[]).await;
    for services in [listed!(v1, served), listed!(v1alpha, served)] {
        assert!(services.iter().any(|listed| listed == "grpc.health.v1.Health"), "{services:?}");
        let mut own: Vec<_> = services.iter().filter(|listed| listed.starts_with("wishwell.")).collect();
        own.sort();
        assert_eq!(own, SERVICES);
    }
}

/// What reflection answers to questions one of which is about nothing, asked under one of its two names: for each the code that it was
/// refused with, if it was.
macro_rules! answered {
    ($version:ident, $served:expr) => {{
        use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
        use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
        use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
        use tonic_reflection::pb::$version::{ExtensionRequest, ServerReflectionRequest};
        let extension = |number| ExtensionRequest {
            containing_type: "google.protobuf.MethodOptions".to_owned(),
            extension_number: number,
        };
        let file = |name: &str| Some(MessageRequest::FileByFilename(name.to_owned()));
        let symbol = |name: &str| Some(MessageRequest::FileContainingSymbol(name.to_owned()));
        let questions = [
            symbol("wishwell.v1.Nothing"),
            symbol("wishwell.v1.NeedService.Nothing"),
            file("nothing.proto"),
            None,
            Some(MessageRequest::FileContainingExtension(extension(1))),
            Some(MessageRequest::AllExtensionNumbersOfType("wishwell.v1.Nothing".to_owned())),
            // The stream goes on, and knows what there is.
            symbol("wishwell.v1.NeedService"),
            symbol("wishwell.v1.NeedService.SubmitNeed"),
            symbol("wishwell.v1.Need"),
            symbol("wishwell.v1.Need.items"),
            symbol("wishwell.v1.NeedState"),
            symbol("wishwell.v1.NeedState.NEED_STATE_OPEN"),
            symbol("wishwell.v1.NEED_STATE_OPEN"),
            symbol("google.api.HttpRule.pattern"),
            symbol("grpc.health.v1.Health"),
            file("wishwell/v1/need.proto"),
            file("google/api/annotations.proto"),
            Some(MessageRequest::FileContainingExtension(extension(72_295_728))),
            Some(MessageRequest::AllExtensionNumbersOfType("google.protobuf.MethodOptions".to_owned())),
        ];
        let questions =
            questions.map(|message_request| ServerReflectionRequest { host: "here".to_owned(), message_request });
        let mut client = ServerReflectionClient::new($served.channel());
        let answers = client.server_reflection_info(tokio_stream::iter(questions.clone())).await.expect("reflection");
        let answers: Vec<_> = answers.into_inner().map(|answer| answer.expect("the stream goes on")).collect().await;
        let asked: Vec<_> = answers.iter().filter_map(|answer| answer.original_request.clone()).collect();
        assert_eq!(asked, questions);
        let codes = answers.into_iter().map(|answer| match answer.message_response.expect("an answer") {
            MessageResponse::ErrorResponse(error) => Some(Code::from_i32(error.error_code)),
            MessageResponse::AllExtensionNumbersResponse(numbers) => {
                assert!(numbers.extension_number.contains(&72_295_728), "{numbers:?}");
                None
            }
            _ => None,
        });
        codes.collect::<Vec<_>>()
    }};
}

#[tokio::test]
async fn a_question_about_nothing_is_refused_and_the_next_one_is_answered() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let refused =
        [Code::NotFound, Code::NotFound, Code::NotFound, Code::InvalidArgument, Code::NotFound, Code::NotFound];
    let expected: Vec<_> = refused.into_iter().map(Some).chain([None; 13]).collect();
    for codes in [answered!(v1, served), answered!(v1alpha, served)] {
        assert_eq!(codes, expected);
    }
}

#[tokio::test]
async fn an_encoding_that_is_not_understood_is_answered_with_those_that_are() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let key = ("authorization", "Bearer demo-hotline");
    for (path, accepted) in [
        ("/wishwell.v1.MatchingService/FindResources", "gzip,identity"),
        ("/wishwell.v1.MatchingService/PlanAllocation", "gzip,identity"),
        ("/wishwell.v1.NeedService/ListNeeds", "gzip,identity"),
        ("/grpc.health.v1.Health/Check", "identity"),
    ] {
        for encoding in ["zstd", "snappy"] {
            let headers = [key, ("grpc-encoding", encoding)];
            let answer = served.asked_over_h2(path, &headers, &v1::ListNeedsRequest::default()).await;
            let status = Status::from_header_map(answer.headers()).expect("refused without a body");
            assert_eq!(status.code(), Code::Unimplemented, "{path}: {status:?}");
            let header = answer.headers().get("grpc-accept-encoding").map(|value| value.to_str().unwrap());
            assert_eq!(header, Some(accepted), "{path} in {encoding}");
        }
    }
}

#[tokio::test]
async fn messages_travel_compressed_both_ways_for_callers_that_want_it() {
    let served = Served::demo().await;
    let mut plain = served.catalog("demo-operator");
    let mut compressed = served
        .catalog("demo-operator")
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    let request = v1::ListResourcesRequest { page_size: 50, ..v1::ListResourcesRequest::default() };
    let answer = compressed.list_resources(Request::new(request.clone())).await.expect("resources");
    let encoding = answer.metadata().get("grpc-encoding").map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(encoding.as_deref(), Some("gzip"));
    let unpacked = answer.into_inner();
    let answer = plain.list_resources(request).await.expect("resources");
    assert!(answer.metadata().get("grpc-encoding").is_none());
    assert_eq!(answer.into_inner(), unpacked);
    assert_eq!(admin::get(served.admin, "/readyz").await.0, 200);
}
