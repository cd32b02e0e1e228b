"""What the published package takes for one score with so many outcomes in memory, in seconds, and the bytes of one outcome: JSON.

score_at_scale.py <outcomes>…
"""

import json
import statistics
import sys
import tempfile
import time
import tracemalloc

from aimarket_hub.reputation_oracle import OutcomeStatus, ReputationOracle
from aimarket_hub.signing import Signer

RUNS = 3


def main() -> None:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        oracle = ReputationOracle(Signer(key_path=f"{folder}/key", pqc=False))
    tracemalloc.start()
    for count in map(int, sys.argv[1:]):
        for number in range(len(oracle._outcomes), count):
            oracle.record_outcome(
                invocation_id=f"inv_{number}",
                capability_id="translate.multi@v2",
                product_id="prod-001",
                provider_hub="https://translate-pro.example.com",
                consumer_hub=f"consumer_{number % 5}",
                status=OutcomeStatus.SUCCESS,
                price_usd=0.40,
                latency_ms=8000 + (number % 20) * 100,
                quality_score=0.90 + (number % 10) * 0.01,
            )
        size = tracemalloc.get_traced_memory()[0] / count
        tracemalloc.stop()
        times = []
        for _ in range(RUNS):
            started = time.perf_counter()
            oracle.compute_reputation_score("https://translate-pro.example.com")
            times.append(time.perf_counter() - started)
        found[count] = {"seconds": statistics.median(times), "bytes": size}
        tracemalloc.start()
    json.dump(found, sys.stdout)


main()
