"""The published Python client, unmodified, pointed at a deployment of ours.

The package ships without ABI files and knows one deployment, somebody else's. Both live in two dictionaries of
`btr.constants`, which a user fills in before making a client, as here.
"""

import json
import os
from importlib.metadata import version
from pathlib import Path

import btr.constants

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("BarterCore", "BTRTrust", "BTRCredit")
NETWORK = "barter"

assert version("barter-sdk") == "1.0.2", f"barter-sdk is {version('barter-sdk')}, expected 1.0.2"


def _artifact_abi(name: str) -> list:
    return json.loads((ROOT / "crates/bindings/artifacts" / f"{name}.json").read_text())["abi"]


def connect(addresses: dict) -> None:
    """Names our deployment to the package. The dictionaries are filled in place: the client has its own names for them."""
    btr.constants.CONTRACTS[NETWORK] = {name: addresses[name] for name in NAMES}
    btr.constants.ABIS.update({name: _artifact_abi(name) for name in NAMES})


def client(private_key: str | None = None) -> "btr.BarterClient":
    """A client of the published package for the node at RPC_URL. Without a key it sends from the node's own account."""
    # Its own fall-backs for a missing argument, which a developer's shell may hold.
    for variable in ("ALCHEMY_RPC_URL", "DEPLOYER_PRIVATE_KEY"):
        os.environ.pop(variable, None)
    return btr.BarterClient(rpc_url=os.environ["RPC_URL"], network=NETWORK, private_key=private_key)
