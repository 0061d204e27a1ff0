"""A stranger's first minutes: grpcio, no generated code, a server in development mode with its demo."""

import json
import pathlib
import unittest

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2

from wishwell_client import CALL_SECONDS_MAX, Client, development_server

ACCESS = "wishwell.v1.AccessService"
CATALOG = "wishwell.v1.CatalogService"
NEED = "wishwell.v1.NeedService"
MATCHING = "wishwell.v1.MatchingService"
NOTIFICATION = "wishwell.v1.NotificationService"
REFERRAL = "wishwell.v1.ReferralService"
SERVICES = {ACCESS, CATALOG, NEED, MATCHING, NOTIFICATION, REFERRAL}
MILLION = 1_000_000


def needs_of_the_demo() -> set[str]:
    """Identifiers of the needs that the demo's file has."""
    path = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "demo" / "needs.json"
    return {entry["need"]["external"]["externalId"] for entry in json.loads(path.read_text(encoding="utf-8"))}


class ReflectionClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        address = cls.enterClassContext(development_server())
        cls.channel = cls.enterClassContext(grpc.insecure_channel(address))
        cls.client = Client(cls.channel, "demo-hotline")

    def find(self, **fields):
        request = self.client.request(MATCHING, "FindResources")
        for name, value in fields.items():
            setattr(request, name, value)
        return self.client.call(MATCHING, "FindResources", request)

    def number(self, message, field: str, value: str) -> int:
        """The number of an enum's value, by its name."""
        return message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_name[value].number

    def demo_needs(self):
        """Every need, page after page."""
        request = self.client.request(NEED, "ListNeeds")
        needs = []
        while True:
            page = self.client.call(NEED, "ListNeeds", request)
            needs.extend(page.needs)
            if not page.next_page_token:
                return needs
            request.page_token = page.next_page_token

    def test_reflection_lists_every_service(self) -> None:
        listed = set(self.client.services())
        self.assertEqual({name for name in listed if name.startswith("wishwell.")}, SERVICES)
        self.assertIn("grpc.health.v1.Health", listed)

    def test_reflection_answers_under_both_of_its_names(self) -> None:
        # Python's client speaks v1alpha only; v1 has the same messages under another name.
        for version in ["v1", "v1alpha"]:
            with self.subTest(version=version):
                ask = self.channel.stream_stream(
                    f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
                    request_serializer=lambda message: message.SerializeToString(),
                    response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
                )
                question = reflection_pb2.ServerReflectionRequest(list_services="")
                answer = next(ask(iter([question]), timeout=CALL_SECONDS_MAX))
                self.assertIn(MATCHING, {service.name for service in answer.list_services_response.service})

    def test_health_is_serving_for_the_server_and_for_each_service(self) -> None:
        health = health_pb2_grpc.HealthStub(self.channel)
        for service in ["", *sorted(SERVICES)]:
            with self.subTest(service=service):
                answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=CALL_SECONDS_MAX)
                self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING)

    def test_watching_an_unknown_service_says_so_and_stays_open(self) -> None:
        health = health_pb2_grpc.HealthStub(self.channel)
        stream = health.Watch(health_pb2.HealthCheckRequest(service="no.such.Service"), timeout=1)
        self.assertEqual(next(stream).status, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)
        # The protocol wants the stream kept: it ends when our own time is over, not before.
        with self.assertRaises(grpc.RpcError) as ended:
            next(stream)
        self.assertEqual(ended.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_every_need_of_the_demo_finds_resources(self) -> None:
        needs = self.demo_needs()
        self.assertEqual({need.external.external_id for need in needs}, needs_of_the_demo())
        for need in needs:
            answer = self.find(need=need.name)
            self.assertEqual(len(answer.items), len(need.items))
            for item, matches in zip(need.items, answer.items, strict=True):
                with self.subTest(need=need.external.external_id, category=item.category):
                    self.assertGreater(len(matches.candidates), 0)

    def test_the_terms_of_a_score_add_up_to_it_and_the_best_comes_first(self) -> None:
        for need in self.demo_needs():
            answer = self.find(need=need.name)
            weights = [entry.weight for entry in answer.score_weights]
            self.assertEqual(sum(weights), MILLION)
            for matches in answer.items:
                scores = [candidate.score for candidate in matches.candidates]
                self.assertEqual(scores, sorted(scores, reverse=True))
                for candidate in matches.candidates:
                    self.assertEqual(candidate.score, sum(candidate.term_values))
                    for value, weight in zip(candidate.term_values, weights, strict=True):
                        self.assertTrue(0 <= value <= weight, f"{value} of {weight}")

    def test_a_need_that_is_not_stored_finds_resources_too(self) -> None:
        request = self.client.request(MATCHING, "FindResources")
        need = request.inline_need
        item = need.items.add(category="education.desk")
        item.quantity.value, item.quantity.unit = 2, "piece"
        need.place.latitude, need.place.longitude = 38.472, 106.281
        need.place.datum = self.number(need.place, "datum", "DATUM_WGS84")
        need.division = "640104101"
        need.urgency = self.number(need, "urgency", "URGENCY_NORMAL")
        need.channel = self.number(need, "channel", "CHANNEL_HOTLINE")
        need.mobility.delivery = True
        before = len(self.demo_needs())
        matches = self.client.call(MATCHING, "FindResources", request).items[0]
        self.assertGreater(len(matches.candidates), 0)
        delivery = self.number(matches.candidates[0], "modes", "DELIVERY_MODE_DELIVERY")
        for candidate in matches.candidates:
            with self.subTest(resource=candidate.resource.title.en):
                self.assertEqual(list(candidate.modes), [delivery])
                self.assertTrue(0 < candidate.served_quantity <= 2, candidate.served_quantity)
                self.assertGreater(candidate.score, 0)
        self.assertEqual(len(self.demo_needs()), before)

    def test_a_need_is_referred_to_whoever_comes_first_and_listed(self) -> None:
        need = self.demo_needs()[0]
        request = self.client.request(REFERRAL, "AutoRefer")
        request.need, request.item_ordinal = need.name, 1
        referral = self.client.call(REFERRAL, "AutoRefer", request).referral
        self.assertEqual(referral.need, need.name)
        request = self.client.request(REFERRAL, "ListReferrals")
        request.filter.need = need.name
        listed = self.client.call(REFERRAL, "ListReferrals", request).referrals
        self.assertEqual([found.name for found in listed], [referral.name])

    def test_a_latitude_of_91_degrees_is_refused_with_details(self) -> None:
        request = self.client.request(MATCHING, "FindResources")
        request.inline_need.place.latitude = 91
        with self.assertRaises(grpc.RpcError) as refused:
            self.client.call(MATCHING, "FindResources", request)
        self.assertEqual(refused.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        details = dict(refused.exception.trailing_metadata()).get("grpc-status-details-bin", b"")
        self.assertIn(b"google.rpc.BadRequest", details)
        self.assertIn(b"google.rpc.ErrorInfo", details)
        self.assertIn(b"latitude", details)

    def test_a_caller_without_credentials_is_refused(self) -> None:
        stranger = Client(self.channel, "no-such-key")
        with self.assertRaises(grpc.RpcError) as refused:
            stranger.call(NEED, "ListNeeds", stranger.request(NEED, "ListNeeds"))
        self.assertEqual(refused.exception.code(), grpc.StatusCode.UNAUTHENTICATED)


if __name__ == "__main__":
    unittest.main()
