"""How long the published package takes to verify one outcome, in seconds: the median of five runs over all of them, as JSON.

verify.py <outcomes>
"""

import json
import statistics
import sys
import tempfile
import time

from aimarket_hub.reputation_oracle import OutcomeStatus, SignedOutcome
from aimarket_hub.signing import Signer

RUNS = 5


def main() -> None:
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        signers = [Signer(key_path=f"{folder}/{number}", pqc=False) for number in range(5)]
    outcomes = [
        (
            signers[number % 5].public_key_b64,
            SignedOutcome(
                invocation_id=f"inv_{number}",
                capability_id="translate.multi@v2",
                product_id="prod-001",
                provider_hub="https://translate-pro.example.com",
                consumer_hub=f"consumer_{number % 5}",
                status=OutcomeStatus.SUCCESS,
                price_usd=0.40,
                latency_ms=8000 + (number % 20) * 100,
                quality_score=0.90 + (number % 10) * 0.01,
            ).sign(signers[number % 5]),
        )
        for number in range(count)
    ]
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        good = sum(outcome.verify(key, signers[0]) for key, outcome in outcomes)
        times.append((time.perf_counter() - started) / count)
        assert good == count, good
    json.dump(statistics.median(times), sys.stdout)


main()
