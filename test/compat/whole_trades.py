"""Whole trades through the published Python client, within the gas limits it has hard-coded.

Needs RPC_URL, a local node with our contracts, and DEPLOYMENTS_DIR, where the file is that says where they are.
Every transaction the client sends is looked up on the chain: the limit it was sent with, and the gas it used.
"""

import hashlib
import json
import os
import secrets
import sys
import traceback
from pathlib import Path

import btr
from btr.types import TradeStatus
from eth_account import Account

import published_client

LIFETIME_SECONDS = 7 * 24 * 3600
MAX_AMOUNT_SATS = 2_100_000_000_000_000
MAX_PAIR_COUNT = 5
# The client's own limits, read off the transactions it sends and compared with these, the specification's.
GAS_LIMITS = {"propose": 300_000, "accept": 200_000, "settle": 400_000, "dispute": 200_000}

gas_used: dict[str, list[int]] = {call: [] for call in GAS_LIMITS}


class Wallet:
    """A new account with ether for gas, and a client of the published package that signs for it."""

    def __init__(self):
        account = Account.create()
        self.address = account.address
        self.client = published_client.client(account.key.hex())
        rpc(self.client, "anvil_setBalance", [self.address, hex(10**20)])

    def send(self, call: str, *arguments) -> tuple:
        """Calls `client.trade.<call>`; gives its answer and the receipt of the one transaction it sent."""
        answer = getattr(self.client.trade, call)(*arguments)
        w3 = self.client.w3
        (sent,) = w3.eth.get_block("latest", full_transactions=True)["transactions"]
        assert sent["from"] == self.address, f"the latest transaction is {sent['from']}'s, expected {self.address}'s"
        receipt = w3.eth.get_transaction_receipt(sent["hash"])
        assert sent["gas"] == GAS_LIMITS[call], f"{call} was sent with {sent['gas']} gas, expected {GAS_LIMITS[call]}"
        if receipt["status"] == 1:
            gas_used[call].append(receipt["gasUsed"])
            assert receipt["gasUsed"] < sent["gas"], f"{call} used {receipt['gasUsed']} of {sent['gas']} gas"
        return answer, receipt

    def succeed(self, call: str, *arguments):
        answer, receipt = self.send(call, *arguments)
        assert receipt["status"] == 1, f"{call} was refused by the contract"
        return answer

    def fail(self, call: str, *arguments) -> None:
        _, receipt = self.send(call, *arguments)
        assert receipt["status"] == 0, f"{call} was expected to be refused by the contract"

    def propose(self, other: "Wallet", amount_sats=50_000, category="digital-goods", description="A logo") -> tuple:
        """A proposal that this wallet pays for; gives the trade's id and the preimage."""
        preimage = secrets.token_bytes(32)
        payment_hash = "0x" + hashlib.sha256(preimage).hexdigest()
        trade_id = self.succeed("propose", other.address, payment_hash, amount_sats, category, description)
        return trade_id, "0x" + preimage.hex()

    def settle_with(self, other: "Wallet", *terms) -> str:
        """A whole trade that this wallet pays for."""
        trade_id, preimage = self.propose(other, *terms)
        other.succeed("accept", trade_id)
        self.succeed("settle", trade_id, preimage)
        return trade_id

    def status(self, trade_id: str) -> TradeStatus:
        return self.client.trade.get(trade_id).status


def rpc(client, method: str, params: list):
    answer = client.w3.provider.make_request(method, params)
    assert "error" not in answer, f"{method} failed: {answer['error']}"
    return answer["result"]


def same(what: str, actual, expected) -> None:
    assert actual == expected, f"{what} is {actual!r}, expected {expected!r}"


def refused(error: type, call, *arguments) -> None:
    try:
        answer = call(*arguments)
    except error:
        return
    raise AssertionError(f"expected {error.__name__}, got {answer!r}")


def score_of(amount_sats: int) -> int:
    return (amount_sats // 1000 + 1).bit_length()


def credit_of(amount_sats: int) -> int:
    return min(10_000, max(1, amount_sats // 1000)) * 10**18


# ------------------------------------------------------------------------------------------------ scenarios


def first_trade_ever_with_the_longest_texts():
    """The dearest case: nobody has traded yet, every slot is new, every byte is there."""
    payer, payee = Wallet(), Wallet()
    trust, credit = payer.client.trust, payer.client.credit
    same("the first score", trust.get_score(payer.address), 0)
    same("the first supply", credit.total_supply(), 0)

    terms = (MAX_AMOUNT_SATS, "c" * 32, "d" * 200)
    trade_id, preimage = payer.propose(payee, *terms)
    proposed = payee.client.trade.get(trade_id)
    same("trade_id", proposed.trade_id, trade_id)
    same("party_a", proposed.party_a, payer.address)
    same("party_b", proposed.party_b, payee.address)
    same("payment_hash", proposed.payment_hash, "0x" + hashlib.sha256(bytes.fromhex(preimage[2:])).hexdigest())
    same("the terms", (proposed.amount_sats, proposed.category, proposed.description), terms)
    same("the status", proposed.status, TradeStatus.PROPOSED)
    same("the other times", (proposed.accepted_at, proposed.settled_at), (None, None))

    payee.succeed("accept", trade_id)
    same("the status", payer.status(trade_id), TradeStatus.ACCEPTED)
    payer.succeed("settle", trade_id, preimage)
    settled = payee.client.trade.get(trade_id)
    same("the status", settled.status, TradeStatus.SETTLED)
    assert settled.created_at <= settled.accepted_at <= settled.settled_at, f"times out of order: {settled}"

    for wallet in (payer, payee):
        profile = trust.get_profile(wallet.address)
        same("score", profile.score, score_of(MAX_AMOUNT_SATS))
        same("get_score", trust.get_score(wallet.address), profile.score)
        same("unique_counterparties", profile.unique_counterparties, 1)
        same("trade_count", profile.trade_count, 1)
        same("completion_rate", profile.completion_rate, 100.0)
        same("member_since", profile.member_since, settled.settled_at)
        same("last_trade_at", profile.last_trade_at, settled.settled_at)
        same("credit", credit.balance_of(wallet.address), credit_of(MAX_AMOUNT_SATS))
        same("formatted credit", credit.balance_formatted(wallet.address), 10_000.0)
    same("the pair's count", trust.get_pair_count(payer.address, payee.address), 1)
    same("the pair's count, turned round", trust.get_pair_count(payee.address, payer.address), 1)
    same("the supply", credit.total_supply(), 2 * credit_of(MAX_AMOUNT_SATS))


def texts_of_many_bytes_a_character():
    payer, payee = Wallet(), Wallet()
    category, description = "é" * 16, "🤝" * 50
    trade_id = payer.settle_with(payee, 1_000, category, description)
    trade = payer.client.trade.get(trade_id)
    same("the texts", (trade.category, trade.description), (category, description))
    same("the smallest trade's score", payer.client.trust.get_score(payee.address), score_of(1_000))
    same("the smallest trade's credit", payer.client.credit.balance_of(payee.address), credit_of(1_000))


def too_many_bytes_are_refused_where_the_client_counts_characters():
    payer, payee = Wallet(), Wallet()
    payer.fail("propose", payee.address, "0x" + secrets.token_hex(32), 1_000, "", "é" * 101)
    payer.fail("propose", payee.address, "0x" + secrets.token_hex(32), 1_000, "c" * 33, "")
    same("the list", payer.client.trade.list_by_address(payer.address), [])


def empty_texts():
    payer, payee = Wallet(), Wallet()
    trade = payer.client.trade.get(payer.settle_with(payee, 2_500, "", ""))
    same("the texts", (trade.category, trade.description), ("", ""))


def lists_are_oldest_first_from_both_sides():
    wallet, others = Wallet(), [Wallet() for _ in range(3)]
    ids = []
    for other in others:
        ids.append(wallet.propose(other)[0])
        ids.append(other.propose(wallet)[0])
    listed = wallet.client.trade.list_by_address(wallet.address)
    same("the list", [trade.trade_id for trade in listed], ids)
    same("another's list", [t.trade_id for t in wallet.client.trade.list_by_address(others[1].address)], ids[2:4])
    same("nobody's list", wallet.client.trade.list_by_address(Account.create().address), [])


def unknown_trades_are_not_found():
    trade = Wallet().client.trade
    unknown = "0x" + "ab" * 32
    refused(btr.TradeNotFoundError, trade.get, unknown)
    refused(btr.TradeNotFoundError, trade.settle, unknown, "0x" + "01" * 32)


def wrong_preimages_are_refused_by_client_and_contract():
    payer, payee = Wallet(), Wallet()
    trade_id, preimage = payer.propose(payee)
    payee.succeed("accept", trade_id)
    wrong = "0x" + secrets.token_hex(32)
    refused(btr.PreimageMismatchError, payer.client.trade.settle, trade_id, wrong)
    # Past the client's own check, the contract's stands.
    call = payer.client.trade._core.functions.settleTrade(trade_id, wrong)
    refused(Exception, call.call, {"from": payer.address})
    same("the status", payer.status(trade_id), TradeStatus.ACCEPTED)
    payer.succeed("settle", trade_id, preimage)
    payer.fail("settle", trade_id, preimage)


def the_payee_cannot_settle():
    payer, payee = Wallet(), Wallet()
    trade_id, preimage = payer.propose(payee)
    payee.succeed("accept", trade_id)
    payee.fail("settle", trade_id, preimage)
    same("the status", payer.status(trade_id), TradeStatus.ACCEPTED)
    same("the payee's score", payer.client.trust.get_score(payee.address), 0)


def only_the_counterparty_accepts():
    payer, payee = Wallet(), Wallet()
    trade_id, _ = payer.propose(payee)
    payer.fail("accept", trade_id)
    Wallet().fail("accept", trade_id)
    same("the status", payer.status(trade_id), TradeStatus.PROPOSED)


def a_pair_counts_five_times():
    payer, payee = Wallet(), Wallet()
    for _ in range(MAX_PAIR_COUNT + 2):
        payer.settle_with(payee, 8_000)
    trust, credit = payer.client.trust, payer.client.credit
    same("the pair's count", trust.get_pair_count(payer.address, payee.address), MAX_PAIR_COUNT)
    for wallet in (payer, payee):
        profile = trust.get_profile(wallet.address)
        same("score", profile.score, MAX_PAIR_COUNT * score_of(8_000))
        same("trade_count", profile.trade_count, MAX_PAIR_COUNT + 2)
        same("unique_counterparties", profile.unique_counterparties, 1)
        same("credit", credit.balance_of(wallet.address), MAX_PAIR_COUNT * credit_of(8_000))


def disputes_end_a_trade():
    payer, payee = Wallet(), Wallet()
    for by in (payer, payee):
        trade_id, preimage = payer.propose(payee)
        by.fail("dispute", trade_id)
        payee.succeed("accept", trade_id)
        by.succeed("dispute", trade_id)
        same("the status", payer.status(trade_id), TradeStatus.DISPUTED)
        payer.fail("settle", trade_id, preimage)
    same("completion_rate", payer.client.trust.get_profile(payee.address).completion_rate, 0.0)


def proposals_expire_in_the_second_after_seven_days():
    payer, payee = Wallet(), Wallet()
    in_time, _ = payer.propose(payee)
    late, _ = payer.propose(payee)
    client = payer.client
    created_at = int(client.trade.get(late).created_at.timestamp())

    def at(timestamp: int) -> None:
        rpc(client, "evm_setNextBlockTimestamp", [timestamp])
        rpc(client, "evm_mine", [])

    at(created_at + LIFETIME_SECONDS)
    same("the status in the last second", payer.status(late), TradeStatus.PROPOSED)
    at(created_at + LIFETIME_SECONDS + 1)
    same("the status in the first second after", payer.status(late), TradeStatus.EXPIRED)
    payee.fail("accept", late)
    same("the earlier proposal's status", payer.status(in_time), TradeStatus.EXPIRED)

    # As the published client's users would wait for it on a test chain.
    patient, _ = payer.propose(payee)
    rpc(client, "evm_increaseTime", [LIFETIME_SECONDS + 60])
    rpc(client, "evm_mine", [])
    same("the status", payer.status(patient), TradeStatus.EXPIRED)


def the_clients_own_refusals():
    wallet, other = Wallet(), Wallet()
    propose = wallet.client.trade.propose
    payment_hash = "0x" + secrets.token_hex(32)
    refused(btr.SelfTradeError, propose, wallet.address, payment_hash, 1_000)
    refused(btr.InsufficientAmountError, propose, other.address, payment_hash, 999)
    refused(btr.InvalidAddressError, propose, "0x12", payment_hash, 1_000)
    refused(ValueError, propose, other.address, payment_hash, 1_000, "", "d" * 201)


def without_a_key_the_nodes_own_account_sends():
    payee, client = Wallet(), published_client.client()
    preimage = secrets.token_bytes(32)
    payment_hash = "0x" + hashlib.sha256(preimage).hexdigest()
    trade_id = client.trade.propose(payee.address, payment_hash, 3_000, "services", "")
    payee.succeed("accept", trade_id)
    receipt = client.trade.settle(trade_id, "0x" + preimage.hex())
    same("the receipt's status", receipt["status"], 1)
    same("the status", payee.status(trade_id), TradeStatus.SETTLED)


# In this order: the first needs a chain on which nobody has traded.
SCENARIOS = (
    first_trade_ever_with_the_longest_texts,
    texts_of_many_bytes_a_character,
    too_many_bytes_are_refused_where_the_client_counts_characters,
    empty_texts,
    lists_are_oldest_first_from_both_sides,
    unknown_trades_are_not_found,
    wrong_preimages_are_refused_by_client_and_contract,
    the_payee_cannot_settle,
    only_the_counterparty_accepts,
    a_pair_counts_five_times,
    disputes_end_a_trade,
    the_clients_own_refusals,
    without_a_key_the_nodes_own_account_sends,
    proposals_expire_in_the_second_after_seven_days,
)


def main() -> int:
    file = Path(os.environ["DEPLOYMENTS_DIR"]) / "31337.json"
    published_client.connect(json.loads(file.read_text()))
    failed = 0
    for scenario in SCENARIOS:
        try:
            scenario()
            print(f"ok      {scenario.__name__}")
        except Exception:
            failed += 1
            print(f"FAILED  {scenario.__name__}\n{traceback.format_exc()}")

    print(f"\n{'call':<8} {'most gas used':>13} {'limit':>8} {'calls':>6}")
    for call, used in gas_used.items():
        print(f"{call:<8} {max(used, default=0):>13,} {GAS_LIMITS[call]:>8,} {len(used):>6}")
    print(f"\n{len(SCENARIOS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
