"""Verifies a certificate as somebody who has only the page, its signature and the published keys."""

import base64
import hashlib
import json
import sys

from authlib.jose import JsonWebKey, JsonWebSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(jws, keys, pdf):
    """The signature by authlib and by cryptography, and the digest of the page."""
    header, payload, signature = jws.split(".")
    names = json.loads(decoded(header))
    key = next(key for key in keys["keys"] if key["kid"] == names["kid"])
    try:
        read = JsonWebSignature(["EdDSA"]).deserialize_compact(jws, JsonWebKey.import_key(key))
        raw = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
        raw.verify(decoded(signature), f"{header}.{payload}".encode())
    except Exception:
        return False
    facts = json.loads(read["payload"])
    return decoded(facts["sha256"]) == hashlib.sha256(pdf).digest()


def changed(jws):
    header, payload, signature = jws.split(".")
    facts = json.loads(decoded(payload))
    facts["minutes"] += 60
    forged = base64.urlsafe_b64encode(json.dumps(facts).encode()).rstrip(b"=").decode()
    return f"{header}.{forged}.{signature}"


question = json.load(sys.stdin)
pdf = decoded(question["pdf"])
answer = {
    "verified": verified(question["jws"], question["keys"], pdf),
    "changed_page_verified": verified(question["jws"], question["keys"], pdf + b" "),
    "changed_facts_verified": verified(changed(question["jws"]), question["keys"], pdf),
}
json.dump(answer, sys.stdout)
