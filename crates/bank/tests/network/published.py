"""A client of the published protocol, by its description, against banks of ours.

Standard input is {"banks": [URL, URL], "strict": URL}. What a published client writes is written, and of what is answered every key and
type is looked at. Whatever is not as published ends this with what was found.
"""

import hashlib
import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

import base58
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(milliseconds=None):
    number = (milliseconds or time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def digest(document):
    return hashlib.sha256(rfc8785.dumps({key: value for key, value in document.items() if key != "sig"})).digest()


def hashed(document):
    return base58.b58encode(digest(document)).decode()


class Text(str):
    """What is told apart by its type only."""


HASH, KEY, DECIMAL, NUMBER, FLAG, WORDS = (Text(name) for name in ("hash", "key", "decimal", "number", "flag", "words"))


def is_bytes(value, length):
    return isinstance(value, str) and len(base58.b58decode(value)) == length


def like(found, expected, where="result"):
    """Has this all keys that are expected, no other, and each what it should be?"""
    if isinstance(expected, Text):
        fits = {
            HASH: lambda: is_bytes(found, 32),
            KEY: lambda: is_bytes(found, 32),
            DECIMAL: lambda: isinstance(found, str) and float(found) is not None and "e" not in found,
            NUMBER: lambda: isinstance(found, (int, float)) and not isinstance(found, bool),
            FLAG: lambda: isinstance(found, bool),
            WORDS: lambda: isinstance(found, str) and found != "",
        }[expected]()
        assert fits, f"{where} is {found!r}, expected a {expected}"
    elif isinstance(expected, dict):
        assert isinstance(found, dict) and found.keys() == expected.keys(), f"{where} is {found}, expected {expected}"
        for key, value in expected.items():
            like(found[key], value, f"{where}.{key}")
    elif isinstance(expected, list):
        assert isinstance(found, list) and len(found) == len(expected), f"{where} is {found}, expected {expected}"
        for index, value in enumerate(expected):
            like(found[index], value, f"{where}[{index}]")
    else:
        assert found == expected and type(found) is type(expected), f"{where} is {found!r}, expected {expected!r}"
    return found


class Bank:
    def __init__(self, url):
        self.url = url
        # Clients of two ages ask at two addresses, and take the key from there.
        found = [self.get(path) for path in ("/.well-known/barter-bank.json", "/barter-bank.json")]
        for status, body in found:
            assert status == 200
            like(body, {"pubkey": KEY, "url": WORDS, "name": WORDS, "protocol_version": "barter.game/v1"})
            assert url.startswith(body["url"]), "its address is a prefix of where it was asked"
        assert found[0] == found[1]
        self.key = found[0][1]["pubkey"]

    def ask(self, verb, path, body=None):
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        connection.request(verb, path, body, {"content-type": "application/json"} if body is not None else {})
        answer = connection.getresponse()
        content = answer.read()
        assert answer.headers["content-type"].startswith("application/json"), answer.headers["content-type"]
        connection.close()
        return answer.status, json.loads(content)

    def get(self, path):
        return self.ask("GET", path)

    def post(self, body):
        return self.ask("POST", "/rpc", body)

    def said(self, word, action, about, **more):
        """A signature of this bank."""
        header = {"type": "signature", "pubkey": self.key, "ulid": WORDS, "hash": about, "action": action}
        like(word, {**header, **more, "sig": WORDS}, action)
        Ed25519PublicKey.from_public_bytes(base58.b58decode(self.key)).verify(base58.b58decode(word["sig"]), digest(word))
        return word


class Person:
    def __init__(self):
        self.secret = Ed25519PrivateKey.generate()
        self.key = base58.b58encode(self.secret.public_key().public_bytes_raw()).decode()

    def sign(self, document):
        return {**document, "sig": base58.b58encode(self.secret.sign(digest(document))).decode()}

    def document(self, kind, **fields):
        return {"type": kind, "pubkey": self.key, "ulid": ulid(), **fields}

    def envelope(self, bank, method, params, **other):
        call = {"jsonrpc": "2.0", "id": ulid(), "method": method, "params": params, "pubkey": self.key, "to": bank.key}
        return self.sign({**call, **other})

    def call(self, bank, method, **params):
        envelope = self.envelope(bank, method, params)
        status, answer = bank.post(json.dumps(envelope).encode())
        assert status == 200, (status, answer)
        assert answer.keys() == {"jsonrpc", "id", "result"} and answer["id"] == envelope["id"], answer
        return answer["result"]

    def refused(self, bank, code, method, *words, **params):
        """As a published client meets it: HTTP 200, and an error."""
        return failed(bank, self.envelope(bank, method, params), 200, code, *words)

    def mint(self, bank, name, **more):
        promise = self.sign(self.document("promise", bank=bank.key, name=name, **more))
        minted = self.call(bank, "mint_promise", promise=promise)
        like(minted, {"promise_hash": HASH, "pocket_hash": HASH, "account_hash": HASH, "bank_attestation": minted["bank_attestation"]})
        bank.said(minted["bank_attestation"], "approve", minted["promise_hash"])
        # Whoever knows its hash reads it, as it was signed.
        assert Person().call(bank, "get_promise", promise_hash=minted["promise_hash"]) == {"promise": promise}
        # A retry of the same promise.
        assert self.call(bank, "mint_promise", promise=promise, pocket=None)["account_hash"] == minted["account_hash"]
        return minted["promise_hash"], minted["account_hash"]

    def open(self, bank, promise):
        pocket = self.document("pocket", name="holding \u00e9\U0001f600")
        account = self.sign(self.document("account", pocket=hashed(pocket), promise=promise))
        expected = {"account_hash": HASH, "promise_hash": promise, "pocket_hash": hashed(pocket), "bank": bank.key}
        opened = like(self.call(bank, "open_account", account=account, pocket=pocket), expected)
        # One more in a pocket that the bank has been given before.
        other = self.sign(self.document("account", pocket=hashed(pocket), promise=promise))
        assert like(self.call(bank, "open_account", account=other), expected)["account_hash"] != opened["account_hash"]
        return opened["account_hash"]

    def confirmation(self, tx):
        return self.sign(self.document("signature", hash=tx, action="settle"))

    def balances(self, bank):
        listed = self.call(bank, "list_accounts")
        like(listed, {"accounts": listed["accounts"], "promises": listed["promises"]})
        row = {"account_hash": HASH, "promise_hash": HASH, "pocket_hash": HASH, "holder_pubkey": self.key}
        row |= {"balance": DECIMAL, "pending": "0", "acknowledged": True, "held": DECIMAL}
        like(listed["accounts"], [row] * len(listed["accounts"]), "accounts")
        assert listed["promises"].keys() == {account["promise_hash"] for account in listed["accounts"]}
        for account in listed["accounts"]:
            assert self.call(bank, "get_account_balance", account_hash=account["account_hash"]) == account
        return {account["account_hash"]: account["balance"] for account in listed["accounts"]}


def failed(bank, envelope, status, code, *words):
    found, answer = bank.post(envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode())
    assert found == status and answer.keys() == {"jsonrpc", "id", "error"}, (found, answer)
    like(answer["error"], {"code": code, "message": WORDS}, "error")
    for word in words:
        assert word in answer["error"]["message"], answer["error"]["message"]
    return answer["error"]["message"]


class Deal:
    """Transfers of (bank, amount, giver, from, receiver, to), as a published client builds them."""

    def __init__(self, proposer, leads, transfers):
        self.proposer = proposer
        self.banks = list(dict.fromkeys(transfer[0] for transfer in transfers))
        self.slices = {bank: [] for bank in self.banks}
        records = []
        for bank, amount, _, source, _, target in transfers:
            for kind, account in (("debit", source), ("credit", target)):
                record = {"type": kind, "pubkey": bank.key, "ulid": ulid(), "account": account, "amount": amount}
                self.slices[bank].append(record)
                records.append(hashed(record))
        self.tx = proposer.document("tx", records=records)
        self.hash = hashed(self.tx)
        self.approve = proposer.sign(proposer.document("signature", hash=self.hash, action="approve"))
        self.legs = []
        for bank in self.banks:
            givers = {transfer[2] for transfer in transfers if transfer[0] is bank}
            before = [] if bank in leads else [other.key for other, _, _, _, receiver, _ in transfers if receiver in givers and other is not bank]
            self.legs.append((bank, "lead" if bank in leads else "follow", list(dict.fromkeys(before))))

    def propose(self, bank, role, before):
        params = {"tx": self.tx, "records": self.slices[bank], "proposer_approve": self.approve}
        found = self.proposer.call(bank, "propose_leg", **params, role=role, predecessors=before)
        count = len(self.slices[bank])
        like(found, {"tx_hash": self.hash, "role": role, "predecessors": before, "approve": found["approve"], "owned_records": count})
        return bank.said(found["approve"], "approve", self.hash)

    def hold(self, bank):
        debited = sorted({record["account"] for record in self.slices[bank] if record["type"] == "debit"})
        found = self.proposer.call(bank, "hold_leg", tx_hash=self.hash)
        like(found, {"tx_hash": self.hash, "hold": found["hold"], "locked": found["locked"]})
        assert sorted(found["locked"]) == debited
        return bank.said(found["hold"], "hold", self.hash, until=NUMBER, leg=HASH)

    def begin(self):
        for leg in self.legs:
            assert self.propose(*leg) == self.propose(*leg), "a retry gets the first answer"
        for bank in self.banks:
            assert self.hold(bank) == self.hold(bank), "a retry gets the first answer"
        return self

    def confirm(self, person, last):
        word = person.confirmation(self.hash)
        for bank in self.banks:
            for _ in range(2):
                found = person.call(bank, "confirm_receipt", tx_hash=self.hash, user_confirm=word)
                like(found, {"tx_hash": self.hash, "confirmed_by_sender": True, "leg_confirmed": last, "note": WORDS})

    def settle(self, bank, shown, moved, already=False):
        found = self.proposer.call(bank, "settle_leg", tx_hash=self.hash, upstream_settles=shown)
        applied = [{"accountHash": account, "delta": delta, "newBalance": balance} for account, delta, balance in moved]
        more = {"already": True} if already else {}
        like(found | {"applied": None}, {"tx_hash": self.hash, "state": "settled", "settle": found["settle"], "applied": None, **more})
        by_account = {"key": lambda change: change["accountHash"]}
        assert sorted(found["applied"], **by_account) == sorted(applied, **by_account), (found["applied"], applied)
        return bank.said(found["settle"], "settle", self.hash, seen=[hashed(word) for word in shown], leg=HASH)


def trade(one, two):
    alice, bob = Person(), Person()
    assert alice.call(one, "list_accounts") == {"accounts": [], "promises": {}}
    logo, alices_logo = alice.mint(one, "1 logo", integer=True, due="2030-12-31", limit=10)
    hour, bobs_hour = bob.mint(two, "1 hour")
    bobs_logo, alices_hour = bob.open(one, logo), alice.open(two, hour)

    def swap(logos, hours):
        gives = (one, logos, alice, alices_logo, bob, bobs_logo)
        return Deal(alice, [one], [gives, (two, hours, bob, bobs_hour, alice, alices_hour)])

    deal = swap(1, 0.30000000000000004).begin()
    row = alice.call(one, "get_account_balance", account_hash=alices_logo)
    assert (row["balance"], row["pending"], row["held"]) == ("0", "0", "1"), row
    held = Deal(alice, [one], [(one, 1, alice, alices_logo, bob, bobs_logo)])
    held.propose(*held.legs[0])
    alice.refused(one, -32003, "hold_leg", alices_logo, tx_hash=held.hash)
    for _ in range(2):
        found = alice.call(one, "reject_leg", tx_hash=held.hash, reason="propose/hold failed")
        like(found, {"tx_hash": held.hash, "state": "rejected", "reject": found["reject"]})
        one.said(found["reject"], "reject", held.hash, reason="propose/hold failed")
    alice.refused(one, -32000, "settle_leg", "is held, expected confirmed", tx_hash=deal.hash, upstream_settles=[])
    deal.confirm(bob, last=False)
    deal.confirm(alice, last=True)
    # The follower goes second.
    missing = f"no settle of the bank {one.key} over {deal.hash} was shown"
    alice.refused(two, -32000, "settle_leg", missing, tx_hash=deal.hash, upstream_settles=[])
    alice.refused(two, -32000, "settle_leg", missing, tx_hash=deal.hash)
    logos = [(alices_logo, -1, "-1"), (bobs_logo, 1, "1")]
    hours = [(bobs_hour, -0.30000000000000004, "-0.30000000000000004"), (alices_hour, 0.30000000000000004, "0.30000000000000004")]
    first = deal.settle(one, [], logos)
    second = deal.settle(two, [first], hours)
    assert deal.settle(one, [], logos, already=True) == first
    assert deal.settle(two, [first], hours, already=True) == second
    for bank in (one, two):
        alice.refused(bank, -32000, "reject_leg", "is settled", tx_hash=deal.hash)
    assert alice.balances(one)[alices_logo] == "-1" and bob.balances(one)[bobs_logo] == "1"
    assert bob.balances(two)[bobs_hour] == "-0.30000000000000004"
    assert alice.balances(two)[alices_hour] == "0.30000000000000004"

    # What the promise does not let be.
    over = swap(10, 1e21)
    for leg in over.legs:
        over.propose(*leg)
    alice.refused(one, -32000, "hold_leg", "would have -11, expected -10 at least", tx_hash=over.hash)
    for bank in over.banks:
        assert alice.call(bank, "reject_leg", tx_hash=over.hash)["state"] == "rejected"
    half = swap(0.5, 1)
    params = {"tx": half.tx, "records": half.slices[one], "proposer_approve": half.approve}
    alice.refused(one, -32000, "propose_leg", "whole numbers", **params, role="lead", predecessors=[])

    # A gift: nobody waits for anybody, and a published client that names no lead has its bank follow nobody.
    gift = Deal(alice, [], [(one, 2, alice, alices_logo, bob, bobs_logo)]).begin()
    assert gift.legs == [(one, "follow", [])]
    gift.confirm(bob, last=False)
    gift.confirm(alice, last=True)
    gift.settle(one, [], [(alices_logo, -2, "-3"), (bobs_logo, 2, "3")])
    return alice, bob, deal, logo, alices_logo


def refusals(one, two, alice, bob, deal, logo, account):
    failed(one, b"{", 400, -32700)
    failed(one, b"[]", 400, -32600)
    for field in ("jsonrpc", "id", "method", "pubkey", "to", "sig"):
        call = alice.envelope(one, "list_accounts", {})
        del call[field]
        failed(one, call, 400, -32600, field)
    failed(one, alice.envelope(one, "list_accounts", []), 400, -32600, "params")
    failed(one, alice.envelope(two, "list_accounts", {}), 400, -32001, one.key, two.key)
    failed(one, {**alice.envelope(one, "list_accounts", {}), "method": "mint_promise"}, 400, -32001, alice.key)
    call = alice.envelope(one, "list_accounts", {})
    assert one.post(json.dumps(call).encode())[0] == 200
    failed(one, call, 400, -32002, call["id"])
    # The same id is another call at another bank, and of another caller.
    assert two.post(json.dumps(alice.envelope(two, "list_accounts", {}, id=call["id"])).encode())[0] == 200
    assert one.post(json.dumps(bob.envelope(one, "list_accounts", {}, id=call["id"])).encode())[0] == 200
    call = alice.envelope(one, "propose_trade", {})
    failed(one, call, 404, -32601, "propose_trade")
    failed(one, call, 400, -32002, call["id"])
    alice.refused(one, -32602, "hold_leg", "tx_hash")
    alice.refused(one, -32602, "confirm_receipt", "user_confirm", tx_hash=deal.hash)
    alice.refused(one, -32602, "propose_leg", "role", tx=deal.tx, records=deal.slices[one], proposer_approve=deal.approve, role="boss")
    stranger = hashed({"nobody": "knows"})
    for method, field in (("get_promise", "promise_hash"), ("get_account_balance", "account_hash"), ("settle_leg", "tx_hash")):
        alice.refused(one, -32005, method, stranger, **{field: stranger})
    alice.refused(one, -32000, "get_promise", account, promise_hash=account)
    # A document that is none, and one that somebody else signed.
    promise = alice.document("promise", bank=one.key, name="")
    alice.refused(one, -32000, "mint_promise", "promise.name", promise=promise)
    forged = bob.sign(alice.document("promise", bank=one.key, name="1 logo"))
    alice.refused(one, -32001, "mint_promise", alice.key, promise=forged)
    word = {**bob.confirmation(deal.hash), "pubkey": alice.key}
    alice.refused(one, -32001, "confirm_receipt", alice.key, tx_hash=deal.hash, user_confirm=word)
    alice.refused(one, -32000, "mint_promise", two.key, promise=alice.sign(alice.document("promise", bank=two.key, name="1 logo")))
    Person().refused(one, -32001, "get_account_balance", "its holder", account_hash=account)


def strict(bank):
    alice, bob = Person(), Person()
    promise, source = alice.mint(bank, "1 logo")
    target = bob.open(bank, promise)
    deal = Deal(alice, [bank], [(bank, 1, alice, source, bob, target)])
    deal.propose(*deal.legs[0])
    alice.refused(bank, -32000, "hold_leg", source, alice.key, "before its holder", tx_hash=deal.hash)
    told = f"{bob.key} did not sign on which terms this bank is to settle, and this bank asks for it"
    bob.refused(bank, -32000, "confirm_receipt", told, tx_hash=deal.hash, user_confirm=bob.confirmation(deal.hash))
    alice.refused(bank, -32000, "settle_leg", "expected confirmed", tx_hash=deal.hash)


def main():
    asked = json.load(sys.stdin)
    one, two = (Bank(url) for url in asked["banks"])
    refusals(one, two, *trade(one, two))
    strict(Bank(asked["strict"]))


if __name__ == "__main__":
    main()
