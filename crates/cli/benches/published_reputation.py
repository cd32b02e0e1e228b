"""Times the published package's own oracle: recording outcomes, which it signs itself, and one score of all of them.

Argument: how many outcomes. Prints JSON. Everything is in memory, as that package keeps it.
"""

import json
import sys
import time

from aimarket_hub.reputation_oracle import OutcomeStatus, ReputationOracle
from aimarket_hub.signing import Signer

count = int(sys.argv[1])
provider = "https://provider.example"
oracle = ReputationOracle(Signer("key"))
oracle.stake_bond(provider_hub=provider, amount_usd=2000.0, token="USDT", chain="base", tx_hash="0x0")
started = time.perf_counter()
for i in range(count):
    oracle.record_outcome(
        invocation_id=f"inv_{i}",
        capability_id="translate.multi@v2",
        product_id="prod-001",
        provider_hub=provider,
        consumer_hub=f"consumer_{i % 5}",
        status=OutcomeStatus.SUCCESS,
        price_usd=0.40,
        latency_ms=8000 + (i % 20) * 100,
        quality_score=0.90 + (i % 10) * 0.01,
    )
recorded = time.perf_counter() - started
started = time.perf_counter()
score = oracle.compute_reputation_score(provider)
scored = time.perf_counter() - started
assert score["success_rate_30d"] == 1.0, score
json.dump({"recorded_per_second": count / recorded, "score_seconds": scored}, sys.stdout)
