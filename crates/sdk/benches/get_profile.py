"""Times the published Python client's get_profile. Prints a JSON list of seconds.

Arguments: node URL, deployment file, folder of artifacts, wallet, its number of trades, how often to read.
"""

import json
import pathlib
import sys
import time

import btr
import btr.constants

url, deployment, artifacts, wallet, trades, reads = sys.argv[1:]
names = ["BarterCore", "BTRTrust", "BTRCredit"]
addresses = json.loads(pathlib.Path(deployment).read_text())
# The package ships without ABI files, and knows another deployment.
btr.constants.CONTRACTS["sepolia"] = {name: addresses[name] for name in names}
for name in names:
    btr.constants.ABIS[name] = json.loads((pathlib.Path(artifacts) / f"{name}.json").read_text())["abi"]

client = btr.BarterClient(rpc_url=url)
seconds = []
for _ in range(int(reads)):
    started = time.perf_counter()
    profile = client.trust.get_profile(wallet)
    seconds.append(time.perf_counter() - started)
    assert profile.trade_count == int(trades) and profile.completion_rate == 100.0, profile
json.dump(seconds, sys.stdout)
