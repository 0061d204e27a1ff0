"""The four cases of docs/cases.md, walked through by somebody who has the contract and that page alone."""

import datetime
import unittest

import grpc
from google.protobuf import json_format

from wishwell_client import Client, development_server

CATALOG = "wishwell.v1.CatalogService"
NEED = "wishwell.v1.NeedService"
MATCHING = "wishwell.v1.MatchingService"
REFERRAL = "wishwell.v1.ReferralService"
KINDS = [
    "capability",
    "education",
    "emotional-care",
    "goods",
    "housing",
    "inclusion",
    "living-care",
    "medical",
    "rehabilitation",
]
STREET = "640104101"


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        address = cls.enterClassContext(development_server())
        channel = cls.enterClassContext(grpc.insecure_channel(address))
        cls.hotline, cls.worker, cls.operator = (
            Client(channel, f"demo-{role}") for role in ["hotline", "case-worker", "operator"]
        )

    def ask(self, client: Client, service: str, method: str, **fields) -> dict:
        """Calls with fields as JSON has them; answers likewise."""
        request = json_format.ParseDict(fields, client.request(service, method), descriptor_pool=client.pool)
        answer = client.call(service, method, request)
        return json_format.MessageToDict(answer, preserving_proto_field_name=True, descriptor_pool=client.pool)

    def submit(self, items: list[dict], **fields) -> dict:
        need = {
            "items": items,
            "urgency": "URGENCY_NORMAL",
            "channel": "CHANNEL_ONE_FORM",
            "mobility": {"home_visit": True, "delivery": True, "remote": True, "max_travel_metres": 20_000},
            "division": STREET,
            **fields,
        }
        return self.ask(self.hotline, NEED, "SubmitNeed", need=need)["need"]

    def need(self, name: str) -> dict:
        return self.ask(self.hotline, NEED, "GetNeed", name=name)["need"]

    def step(self, referral: dict, method: str, **fields) -> dict:
        answer = self.ask(self.worker, REFERRAL, method, name=referral["name"], **fields)
        return answer["referral"]

    def carry_out(self, need: str, ordinal: int) -> dict:
        """Offers an item to the best provider and takes the help to its end."""
        referral = self.ask(self.worker, REFERRAL, "AutoRefer", need=need, item_ordinal=ordinal)["referral"]
        promised = {"quantity": referral["units"]} if referral.get("enquiry") else {}
        for method, fields in [("AcceptReferral", promised), ("DeliverReferral", {}), ("ConfirmReferral", {})]:
            referral = self.step(referral, method, **fields)
        self.assertEqual(referral["state"], "REFERRAL_STATE_CONFIRMED")
        return referral

    def test_nine_kinds_of_service_share_one_budget(self) -> None:
        def create(kind: str, method: str, entity: dict) -> str:
            return self.ask(self.operator, CATALOG, method, **{kind: entity})[kind]["name"]

        giver = {"title": {"zh": "服务包机构"}, "kind": "ORGANIZATION_KIND_SOCIAL_WORK_AGENCY"}
        giver = create("organization", "CreateOrganization", giver)
        self.ask(self.operator, CATALOG, "VerifyOrganization", name=giver, vetting={"home_visits": {}})
        budget = {
            "organization": giver,
            "title": "服务包",
            "kind": "CAPACITY_KIND_BUDGET",
            "unit": "fen",
            "currency": "CNY",
            "total": 100_000,
        }
        budget = create("capacity_pool", "CreateCapacityPool", budget)
        shared = {
            "organization": giver,
            "title": {"zh": "服务包"},
            "content": "一次服务",
            "responsible_party": "机构",
            "service_standard": "按次",
            "unit": "session",
            "areas": [{"division": STREET}],
            "modes": ["DELIVERY_MODE_HOME_VISIT"],
            "draws": [{"pool": budget, "quantity_per_unit": 12_000}],
        }
        resources = [create("resource", "CreateResource", {**shared, "categories": [kind]}) for kind in KINDS]
        need = self.submit([{"category": kind, "quantity": {"value": 1, "unit": "session"}} for kind in KINDS])["name"]
        offers = [
            {"need": need, "item_ordinal": ordinal, "resource": resource}
            for ordinal, resource in enumerate(resources, start=1)
        ]
        with self.assertRaises(grpc.RpcError) as refused:
            self.ask(self.worker, REFERRAL, "BatchCreateReferrals", offers=offers)
        self.assertEqual(refused.exception.code(), grpc.StatusCode.FAILED_PRECONDITION)
        self.assertIn("4000 left, 12000 asked", refused.exception.details())
        tried = self.ask(self.worker, REFERRAL, "BatchTryCreateReferrals", offers=offers)["results"]
        self.assertEqual(["referral" in one for one in tried], [True] * 8 + [False])
        pool = self.ask(self.operator, CATALOG, "GetCapacityPool", name=budget)["capacity_pool"]
        self.assertEqual((pool["pending"], pool["remaining"]), ("96000", "4000"))

    def test_visits_in_three_tiers_are_a_recurrence_each_and_end_as_a_whole(self) -> None:
        tiers = [("RECURRENCE_PERIOD_DAY", 5), ("RECURRENCE_PERIOD_WEEK", 12), ("RECURRENCE_PERIOD_MONTH", 6)]
        items = [
            {
                "category": "living-care.regular-visit",
                "quantity": {"value": 1, "unit": "visit"},
                "recurrence": {"every": every, "occurrences": occurrences},
            }
            for every, occurrences in tiers
        ]
        need = self.submit(items, mobility={"home_visit": True})["name"]
        offered = [
            self.ask(self.worker, REFERRAL, "AutoRefer", need=need, item_ordinal=ordinal)["referral"]
            for ordinal in [1, 2, 3]
        ]
        for referral in offered:
            self.assertEqual(len(referral["occurrence_periods"]), int(referral["units"]))
        weekly = self.step(offered[1], "AcceptReferral", quantity=offered[1]["units"])
        weekly = self.step(weekly, "DeliverReferral", quantity=5)
        self.assertEqual((weekly["state"], weekly["units"]), ("REFERRAL_STATE_DELIVERED", "5"))
        self.assertEqual(self.need(need)["items"][1]["served_units"], "5")
        rest = self.ask(self.worker, REFERRAL, "AutoRefer", need=need, item_ordinal=2)["referral"]
        self.assertEqual(rest["units"], "7")

    def test_a_job_follows_a_training_as_needs_that_do_not_know_of_one_another(self) -> None:
        person = self.ask(self.hotline, NEED, "CreateBeneficiary", beneficiary={"residence_division": STREET})
        person = person["beneficiary"]["name"]
        training = {"category": "capability.vocational-training", "quantity": {"value": 1, "unit": "place"}}
        job = {"category": "capability.job-placement", "quantity": {"value": 1, "unit": "job"}}
        first = self.submit([training], beneficiary=person)["name"]
        self.carry_out(first, 1)
        self.assertEqual(self.need(first)["state"], "NEED_STATE_SERVED")
        start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)
        window = {"start_time": start.isoformat(), "end_time": (start + datetime.timedelta(days=120)).isoformat()}
        second = self.submit([job], beneficiary=person, window=window)["name"]
        found = self.ask(self.hotline, MATCHING, "FindResources", need=second)["items"][0]
        openings = [one["next_opening_time"] for one in found["candidates"] if "next_opening_time" in one]
        self.assertTrue(openings)
        self.assertGreaterEqual(min(openings), window["start_time"][:10], "judged for the time after the training")
        listed = self.ask(self.hotline, NEED, "ListNeeds", filter={"beneficiary": person})["needs"]
        self.assertEqual([need["name"] for need in listed], [first, second])

    def test_one_form_brings_several_helps_that_each_go_their_own_way(self) -> None:
        external = {"source": "demo", "external_id": "need-paralysed-father"}
        need = self.ask(self.hotline, NEED, "ListNeeds", filter={"external": external})["needs"][0]
        states, givers = [], set()
        for item in need["items"]:
            givers.add(self.carry_out(need["name"], item["ordinal"])["organization"])
            states.append(self.need(need["name"])["state"])
        self.assertEqual(states, ["NEED_STATE_PARTLY_SERVED"] * 3 + ["NEED_STATE_SERVED"])
        self.assertGreater(len(givers), 1)


if __name__ == "__main__":
    unittest.main()
