"""A client that knows nothing of Wishwell but its address: every message comes from the server's reflection."""

import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

READY_SECONDS_MAX = 60
CALL_SECONDS_MAX = 10


def binary() -> pathlib.Path:
    """The built program: what `tests/run` names, else the debug build of this repository."""
    default = pathlib.Path(__file__).resolve().parents[2] / "target" / "debug" / "wishwell"
    path = pathlib.Path(os.environ.get("WISHWELL_TEST_BINARY", default))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not built: run `cargo build -p wishwell`, or `tests/run`")
    return path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def development_server():
    """Wishwell in development mode, in an empty folder and on a port of its own; yields its address."""
    address = f"127.0.0.1:{free_port()}"
    # Settings come from here alone, not from whatever the machine or the test command has set.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WISHWELL_")}
    with tempfile.TemporaryDirectory(prefix="wishwell-python-") as folder:
        log_path = pathlib.Path(folder) / "output"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [binary(), "--listen", address, "--admin-listen", "off", "--http-listen", "off"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_serving(address, process, log_path)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_serving(address: str, process: subprocess.Popen, log_path: pathlib.Path) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    with grpc.insecure_channel(address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        while True:
            with contextlib.suppress(grpc.RpcError):
                answer = health.Check(health_pb2.HealthCheckRequest(), timeout=1)
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    return
            if process.poll() is not None or time.monotonic() > deadline:
                output = log_path.read_text(errors="replace")
                raise RuntimeError(f"wishwell did not become ready (exit code {process.poll()}):\n{output}")
            time.sleep(0.05)


class Client:
    """Calls any method by its names, with messages made from the server's own descriptors."""

    def __init__(self, channel: grpc.Channel, api_key: str) -> None:
        self._channel = channel
        self._metadata = (("authorization", f"Bearer {api_key}"),)
        self._database = ProtoReflectionDescriptorDatabase(channel)
        self._pool = DescriptorPool(self._database)

    @property
    def pool(self) -> DescriptorPool:
        """All that reflection tells of."""
        return self._pool

    def services(self) -> list[str]:
        return list(self._database.get_services())

    def method(self, service: str, name: str):
        return self._pool.FindServiceByName(service).FindMethodByName(name)

    def request(self, service: str, name: str):
        """An empty request message."""
        return GetMessageClass(self.method(service, name).input_type)()

    def message(self, full_name: str):
        """The class of a message."""
        return GetMessageClass(self._pool.FindMessageTypeByName(full_name))

    def call(self, service: str, name: str, request):
        method = self.method(service, name)
        stub = self._channel.unary_unary(
            f"/{service}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        return stub(request, timeout=CALL_SECONDS_MAX, metadata=self._metadata)
