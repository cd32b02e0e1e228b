"""The published hub, as a peer of ours on this machine: its own application behind uvicorn, its own crawler, its own slash log.

One line of JSON in, one out:
  {"do": "start", "slashes": [{provider_hub, slashed_usd, dispute_id, reason, pom or null}]} -> {"url", "key"}
  {"do": "pull", "url", "key", "provider"} -> {"added", "signal", "penalty"}

All of it is the package's, but for one thing: its crawler refuses addresses of this machine, and is told not to.
"""

import asyncio
import json
import os
import socket
import sys
import threading

ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
here = os.getcwd()
os.environ.update(
    AIMARKET_DB_PATH=os.path.join(here, "hub.db"),
    AIMARKET_SIGNING_KEY_PATH=os.path.join(here, "key"),
    AIMARKET_AUTO_CRAWL="0",
    AIMARKET_CHARITY_ENABLED="0",
)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
url = "http://127.0.0.1:%d" % listener.getsockname()[1]
os.environ["AIMARKET_HUB_URL"] = url

import uvicorn
from aimarket_hub import crawler
from aimarket_hub.api import create_app
from aimarket_hub.config import HubConfig
from aimarket_hub.database import HubDatabase
from aimarket_hub.signing import Signer
from aimarket_hub.slash_sync import ProofOfMisbehavior, SlashRegistry

crawler._addr_is_blocked = lambda address: False


def start(order):
    config = HubConfig()
    database = HubDatabase(config.db_path)
    signer = Signer(config.signing_key_path)
    registry = SlashRegistry(config.hub_url, database)
    for slash in order["slashes"]:
        pom = slash.pop("pom")
        registry.record_local_slash(signer=signer, pom=ProofOfMisbehavior(**pom) if pom else None, **slash)
    server = uvicorn.Server(uvicorn.Config(create_app(config=config, db=database, signer=signer), log_level="warning"))
    threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True).start()
    while not server.started:
        pass
    return config, database, signer, {"url": url, "key": signer.public_key_b64}


async def pull(order, config, database, signer):
    registry = SlashRegistry(config.hub_url, database)
    peer = crawler.Crawler(config, database, signer, slash_registry=registry)
    added = await peer._pull_peer_slashes(order["url"], order["key"])
    provider = order["provider"]
    return {"added": added, "signal": registry.slash_signal(provider), "penalty": registry.federated_penalty(provider)}


state = None
for line in sys.stdin:
    order = json.loads(line)
    if order["do"] == "start":
        *state, answer = start(order)
    else:
        answer = asyncio.run(pull(order, *state))
    print(json.dumps(answer), file=ANSWERS, flush=True)
# Its threads have nothing to finish.
os._exit(0)
