"""Answers the tests in canonical_python.rs: one JSON object a line in, one out."""

import hashlib
import json
import sys

import base58
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def once(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def refuse(constant):
    raise ValueError(constant)


def read(text):
    # Every number is a double, as ECMAScript reads it.
    return json.loads(text, parse_int=float, parse_constant=refuse, object_pairs_hook=once)


def canonical(text):
    try:
        return rfc8785.dumps(read(text)).decode()
    except (ValueError, RecursionError):
        return None


def document(text, seed):
    body = read(text)
    sig = base58.b58decode(body.pop("sig"))
    digest = hashlib.sha256(rfc8785.dumps(body)).digest()
    try:
        Ed25519PublicKey.from_public_bytes(base58.b58decode(body["pubkey"])).verify(sig, digest)
        verified = True
    except InvalidSignature:
        verified = False
    own = Ed25519PrivateKey.from_private_bytes(base58.b58decode(seed)).sign(digest)
    return {"hash": base58.b58encode(digest).decode(), "verified": verified, "sig": base58.b58encode(own).decode()}


for line in sys.stdin:
    asked = json.loads(line)
    answer = document(asked["document"], asked["seed"]) if "document" in asked else canonical(asked["text"])
    print(json.dumps(answer))
