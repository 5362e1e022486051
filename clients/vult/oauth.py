"""Tokens through the two OAuth libraries of Python: obtained, used, refused when the secret is wrong."""

import os

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidClientError
from requests_oauthlib import OAuth2Session as RequestsOauthlib

BASE = os.environ["BASE_URL"]
CLIENT, SECRET = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
TOKEN_URL = f"{BASE}/oauth2/token"
# This test speaks to a loopback address without TLS.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def use(session) -> None:
    answer = session.post(f"{BASE}/idv/session/list", json={"take": 1})
    assert answer.status_code == 200, answer.text
    assert "meta_counts" in answer.json()


def authlib() -> None:
    for method in ("client_secret_basic", "client_secret_post"):
        session = Authlib(CLIENT, SECRET, token_endpoint_auth_method=method)
        token = session.fetch_token(TOKEN_URL, grant_type="client_credentials")
        assert token["token_type"].lower() == "bearer" and token["expires_in"] > 0, token.keys()
        use(session)
        wrong = Authlib(CLIENT, "wrong", token_endpoint_auth_method=method)
        try:
            wrong.fetch_token(TOKEN_URL, grant_type="client_credentials")
            raise AssertionError("a wrong secret was accepted")
        except OAuthError as error:
            assert error.error == "invalid_client", error


def requests_oauthlib() -> None:
    for include_client_id in (True, None):
        session = RequestsOauthlib(client=BackendApplicationClient(client_id=CLIENT))
        session.fetch_token(
            token_url=TOKEN_URL, client_id=CLIENT, client_secret=SECRET, include_client_id=include_client_id
        )
        use(session)
    try:
        session = RequestsOauthlib(client=BackendApplicationClient(client_id=CLIENT))
        session.fetch_token(token_url=TOKEN_URL, client_id=CLIENT, client_secret="wrong")
        raise AssertionError("a wrong secret was accepted")
    except InvalidClientError:
        pass


def stale() -> None:
    answer = requests.post(f"{BASE}/idv/session/list", json={}, headers={"Authorization": "Bearer stale"})
    assert answer.status_code == 401 and "invalid_token" in answer.headers["WWW-Authenticate"]


for test in (authlib, requests_oauthlib, stale):
    test()
    print(f"ok: {test.__name__}")
