//! Envoy's `grpc_json_transcoder` before the same server: what one would use instead of the gateway.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use wishwell_test_support::ports::free_address;

use crate::process::Process;

const START_PATIENCE: Duration = Duration::from_secs(20);

/// Starts it and waits until it listens. Blocks.
pub(super) fn start(envoy: &Path, upstream: SocketAddr, folder: &Path) -> (Process, SocketAddr) {
    let address = free_address();
    let descriptors = folder.join("descriptors.binpb");
    std::fs::write(&descriptors, wishwell_api::FILE_DESCRIPTOR_SET).expect("the descriptors can be written");
    let config = folder.join("envoy.yaml");
    std::fs::write(&config, configuration(address, upstream, &descriptors)).expect("the configuration can be written");
    let arguments = [
        "--config-path".to_owned(),
        config.display().to_string(),
        "--concurrency".to_owned(),
        std::thread::available_parallelism().map_or(1, usize::from).to_string(),
        "--log-level".to_owned(),
        "error".to_owned(),
    ];
    let mut process = Process::start(envoy, &arguments, folder, "envoy");
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        process.must_run();
        assert!(started.elapsed() < START_PATIENCE, "Envoy does not listen:\n{}", process.printed());
        std::thread::sleep(Duration::from_millis(20));
    }
    (process, address)
}

/// The transcoder alone: no access log, no other filters.
fn configuration(listen: SocketAddr, upstream: SocketAddr, descriptors: &Path) -> String {
    let services: String = wishwell_api::descriptor_pool()
        .services()
        .filter(|service| service.package_name() == "wishwell.v1")
        .map(|service| format!("                - {}\n", service.full_name()))
        .collect();
    format!(
        "static_resources:
  listeners:
  - address: {{socket_address: {{address: {}, port_value: {}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          \"@type\": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: edge
          codec_type: AUTO
          route_config:
            virtual_hosts:
            - {{name: all, domains: ['*'], routes: [{{match: {{prefix: /}}, route: {{cluster: wishwell, timeout: 30s}}}}]}}
          http_filters:
          - name: envoy.filters.http.grpc_json_transcoder
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder
              proto_descriptor: {}
              services:
{services}              convert_grpc_status: true
          - name: envoy.filters.http.router
            typed_config: {{'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: wishwell
    type: STATIC
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        \"@type\": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {{http2_protocol_options: {{}}}}
    load_assignment:
      cluster_name: wishwell
      endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: {}, port_value: {}}}}}}}}}]}}]
",
        listen.ip(),
        listen.port(),
        descriptors.display(),
        upstream.ip(),
        upstream.port(),
    )
}
