"""The published package, unmodified, at the other end: judges what we signed, and signs what we judge.

Reads {"outcomes", "disputes", "events", "rulings", "slashes", "signatures"} from standard input and writes its verdicts and its own.
"""

import base64
import json
import sys
import tempfile
from types import SimpleNamespace

from aimarket_hub.hub_routes import reputation
from aimarket_hub.oracle_quorum import RulingQuorum, ruling_canonical
from aimarket_hub.reputation_oracle import Dispute, OutcomeStatus, ReputationOracle, SignedOutcome
from aimarket_hub.signing import Signer
from aimarket_hub.slash_sync import ProofOfMisbehavior, SlashRegistry, attestation_tier
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient


def outcome(fields):
    fields = dict(fields, status=OutcomeStatus(fields["status"]))
    return SignedOutcome(**fields)


def dispute(fields):
    # As its HTTP route does.
    return Dispute(**dict(fields, requested_slash_pct=float(fields["requested_slash_pct"]), evidence=fields.get("evidence") or {}))


def accepts(oracle, fields):
    try:
        oracle.submit_signed_dispute(dispute(fields))
        return True
    except ValueError:
        return False


def events_route(signer, key, events):
    """Its own route, with a database that knows one peer and forgets nothing."""
    seen = set()

    def record(event):
        new = event.signature not in seen
        seen.add(event.signature)
        return new

    database = SimpleNamespace(get_peer=lambda hub: SimpleNamespace(public_key=key), record_reputation_event=record)
    router = APIRouter()
    reputation.register(
        _TRUSTED_PROXIES=frozenset(),
        _require_admin=None,
        config=SimpleNamespace(hub_url="https://hub.example"),
        db=database,
        reputation_oracle=None,
        router=router,
        signer=signer,
        slash_registry=None,
        supply_security=None,
        trust_scorer=None,
    )
    app = FastAPI()
    app.include_router(router)
    response = TestClient(app).post("/reputation/events", json={"events": events})
    return response.json()


def main():
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        signer = Signer(key_path=f"{folder}/hub", pqc=False)
        consumer = Signer(key_path=f"{folder}/consumer", pqc=False)
        with open(f"{folder}/ours", "wb") as file:
            file.write(base64.b64decode(asked["key_file"]))
        ours = Signer(key_path=f"{folder}/ours", pqc=False)
    oracle = ReputationOracle(signer)
    answer = {
        "key_file": ours.public_key_b64,
        "outcomes": [outcome(fields).verify(asked["key"], signer) for fields in asked["outcomes"]],
        "disputes": [accepts(oracle, fields) for fields in asked["disputes"]],
        "rulings": [
            RulingQuorum(frozenset([asked["key"]]), 1).verify(**ruling, verifier=signer)["ok"] for ruling in asked["rulings"]
        ],
        "slashes": [attestation_tier(envelope, signer) for envelope in asked["slashes"]],
        "signatures": [
            signer.verify(case["key"], case["signature"], case["message"]) for case in asked["signatures"]
        ],
        "events": events_route(signer, asked["key"], asked["events"]),
    }

    answer["consumer"] = consumer.public_key_b64
    answer["signed_outcomes"] = []
    for fields in asked["outcomes"]:
        theirs = outcome(fields).sign(consumer)
        answer["signed_outcomes"].append(dict(fields, signature=theirs.signature))
    answer["signed_events"] = []
    for event in asked["events"]:
        canonical = (
            f"type:{event.get('type','')}|provider_hub:{event['provider_hub']}|timestamp:{event.get('timestamp','')}"
            f"|price_usd:{event.get('price_usd',0)}|latency_ms:{event.get('latency_ms',0)}"
        )
        answer["signed_events"].append(dict(event, signature={"algorithm": "ed25519", "value": consumer.sign_canonical(canonical)}))
    answer["signed_disputes"], answer["signed_slashes"], answer["tiers"] = [], [], []
    registry = SlashRegistry("https://hub.example")
    for number, fields in enumerate(asked["disputes"]):
        theirs = dispute(dict(fields, consumer_pubkey=consumer.public_key_b64)).sign(consumer)
        answer["signed_disputes"].append(
            dict(fields, signature=theirs.signature, consumer_pubkey=consumer.public_key_b64)
        )
        pom = ProofOfMisbehavior(theirs.canonical(), consumer.public_key_b64, theirs.signature)
        envelope = registry.record_local_slash(
            provider_hub=theirs.provider_hub if number % 3 else "https://another.example",
            slashed_usd=100.0 / (number + 1),
            dispute_id=theirs.dispute_id,
            reason="upheld",
            signer=signer,
            pom=pom if number % 4 else None,
        )
        answer["signed_slashes"].append(envelope)
        answer["tiers"].append(attestation_tier(envelope, signer))
    answer["signed_rulings"] = [
        consumer.sign_canonical(ruling_canonical(ruling["dispute_id"], ruling["slash_pct"], ruling["ruling_note"]))
        for ruling in asked["rulings"]
    ]
    json.dump(answer, sys.stdout)


main()
