"""An application and a machine written with authlib, against a running identity.

Reads the scene from standard input as JSON (see tests/it/foreign_clients.rs) and fails loudly.
Needs: pip install authlib requests cryptography
"""

import json
import os
import sys
import time

# loopback without TLS is what a test has
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oidc.core import CodeIDToken


def discover(issuer):
    document = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    assert document["issuer"] == issuer, document["issuer"]
    return document


def sign_in(document, application, access_token):
    """The code flow with PKCE; the person's own app stands in for the browser."""
    session = OAuth2Session(
        application["id"],
        application.get("secret"),
        scope="openid profile offline_access",
        redirect_uri=application["redirect_uri"],
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if application.get("secret") else "none",
    )
    verifier, nonce = generate_token(48), generate_token()
    url, state = session.create_authorization_url(
        document["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    back = requests.get(
        url,
        headers={"Authorization": f"Bearer {access_token}"},
        allow_redirects=False,
        timeout=10,
    )
    assert back.status_code == 303, back.text
    token = session.fetch_token(
        document["token_endpoint"],
        authorization_response=back.headers["Location"],
        state=state,
        code_verifier=verifier,
    )
    return session, token, nonce


def check_statement(document, application, token, nonce):
    keys = JsonWebKey.import_key_set(requests.get(document["jwks_uri"], timeout=10).json())
    algorithms = document["id_token_signing_alg_values_supported"]
    claims = JsonWebToken(algorithms).decode(
        token["id_token"],
        keys,
        claims_cls=CodeIDToken,
        claims_options={"iss": {"values": [document["issuer"]]}},
        claims_params={"nonce": nonce, "client_id": application["id"]},
    )
    claims.validate(now=int(time.time()), leeway=5)
    return claims


def check_application(document, application, access_token):
    session, token, nonce = sign_in(document, application, access_token)
    claims = check_statement(document, application, token, nonce)
    userinfo = session.get(document["userinfo_endpoint"]).json()
    assert userinfo["sub"] == claims["sub"], userinfo
    renewed = session.refresh_token(document["token_endpoint"])
    assert renewed["refresh_token"] != token["refresh_token"]
    if application.get("secret"):
        told = session.introspect_token(
            document["introspection_endpoint"], token=renewed["access_token"]
        ).json()
        assert told["active"] and told["client_id"] == application["id"], told
    session.revoke_token(document["revocation_endpoint"], token=renewed["refresh_token"])
    try:
        session.refresh_token(document["token_endpoint"], refresh_token=renewed["refresh_token"])
    except OAuthError as refused:
        assert refused.error == "invalid_grant", refused.error
    else:
        raise AssertionError("a revoked token was refreshed")


def check_machine(document, machine):
    session = OAuth2Session(machine["id"], machine["secret"])
    token = session.fetch_token(document["token_endpoint"], grant_type="client_credentials")
    assert token["token_type"] == "Bearer" and "refresh_token" not in token, token
    assert session.get(document["userinfo_endpoint"]).json()["sub"] == machine["account"]


def main():
    scene = json.load(sys.stdin)
    document = discover(scene["issuer"])
    for application in scene["applications"]:
        check_application(document, application, scene["access_token"])
    check_machine(document, scene["machine"])
    print("authlib: all went through")


main()
