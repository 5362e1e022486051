"""What the programs on the vendor's SDK for Python have in common: how it is pointed here, and a person with a device."""

import base64
import os
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from checkout_sdk.checkout_sdk import CheckoutSdk
from checkout_sdk.environment import Environment
from checkout_sdk.exception import CheckoutApiException
from checkout_sdk.http_client_interface import HttpClientBuilderInterface
from checkout_sdk.oauth_scopes import OAuthScopes
from PIL import Image, ImageFilter

BASE = os.environ["BASE_URL"] + "/"
# Where people's devices go and links lead, when something stands between the SDK and the server.
SERVER = os.environ.get("SERVER_URL", os.environ["BASE_URL"]) + "/"
# A proxy that refuses what does not fit the document leaves nothing of it for the server to refuse.
IS_PROXIED = SERVER != BASE
SAMPLE = Path(os.environ["SAMPLE"])
NAME, BORN = "Raphael Hythloday", "1978-02-07"
AWAY = "https://example.com/back?order=7"
PLACE = {"latitude": "45.5", "longitude": "-73.6"}

environment = Environment(
    base_uri=BASE,
    authorization_uri=BASE + "connect/token",
    files_uri=BASE,
    transfers_uri=BASE,
    balances_uri=BASE,
    forward_uri=BASE,
    identity_uri=BASE,
    is_sandbox=True,
)


class HttpClient(HttpClientBuilderInterface):
    """A connection a request: a proxy in between closes those that wait."""

    def get_client(self) -> requests.Session:
        session = requests.Session()
        if IS_PROXIED:
            session.headers["Connection"] = "close"
        return session


def by_key():
    builder = CheckoutSdk.builder().secret_key(os.environ["API_KEY"]).environment(environment)
    return builder.http_client_builder(HttpClient()).use_legacy_domain().build()


def by_token():
    builder = CheckoutSdk.builder().oauth().client_credentials(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    scopes = [OAuthScopes.IDENTITY_VERIFICATION, OAuthScopes.FLOW]
    builder = builder.scopes(scopes).environment(environment)
    return builder.http_client_builder(HttpClient()).use_legacy_domain().build()


def refused(status: int, call, *asked) -> CheckoutApiException:
    """What the SDK makes of a refusal."""
    try:
        answer = call(*asked)
    except CheckoutApiException as error:
        assert error.http_metadata.status_code == status, (error.http_metadata.status_code, error.error_details)
        assert error.request_id, "a refusal names its request"
        return error
    raise AssertionError(f"not refused: {vars(answer)}")


def picture(name: str, blurred: bool = False) -> bytes:
    if not blurred:
        return (SAMPLE / name).read_bytes()
    out = BytesIO()
    Image.open(SAMPLE / name).filter(ImageFilter.GaussianBlur(9)).save(out, "JPEG", quality=90)
    return out.getvalue()


class Device:
    """The person's: it opens the link of an attempt."""

    def __init__(self, link: str):
        self.session = requests.Session()
        answer = self.ask("POST", "token", json={"link": urlsplit(link).fragment})
        self.session.headers["Authorization"] = f"Bearer {answer['token']}"

    def ask(self, method: str, path: str, **more):
        answer = self.session.request(method, f"{SERVER}capture/{path}", timeout=300, **more)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json()

    def consent(self, given: bool = True):
        return self.ask("POST", "session/consent", json={"given": given, "language": "en"})

    def document(self, blurred: bool = False):
        files = {"image": ("front.jpg", picture("passport.jpg", blurred), "image/jpeg")}
        self.ask("POST", "steps/document/front", files=files, data={"document_type": "passport", **PLACE})

    def face(self, name: str = "selfie.jpg"):
        place = {key: float(value) for key, value in PLACE.items()}
        self.ask("POST", "steps/biometric_face/challenge", json=place)
        frame = {"image": base64.b64encode(picture(name)).decode(), "at_ms": 900}
        self.ask("POST", "steps/biometric_face", json={"frames": [frame], **place})

    def submit(self):
        return self.ask("POST", "session/submit")


def fetched(link: str) -> requests.Response:
    """A signed link, which needs no key."""
    return requests.get(urljoin(SERVER, link), timeout=300)


def codes(of) -> list[int]:
    return [told.code for told in of.response_codes]


def settled(read, identity: str, *beyond: str):
    """How it stands once it is not being checked any more."""
    until = time.monotonic() + 300
    while (now := read(identity)).status in beyond:
        assert time.monotonic() < until, f"still {now.status}"
        time.sleep(0.2)
    return now


class Watched:
    """An SDK whose calls are counted, so that none is left out."""

    CLIENTS = (
        "applicants",
        "identity_verification",
        "face_authentication",
        "id_document_verification",
        "address_document_verification",
        "aml_screening",
        "workflows",
    )

    def __init__(self, api):
        self.called: set[str] = set()
        self.there: set[str] = set()
        for name in self.CLIENTS:
            setattr(self, name, self._watch(name, getattr(api, name)))

    def _watch(self, name: str, client):
        self.there |= {f"{name}.{call}" for call in vars(type(client)) if not call.startswith("_")}
        watch = self

        class Client:
            def __getattr__(self, call: str):
                watch.called.add(f"{name}.{call}")
                return getattr(client, call)

        return Client()

    def left_out(self) -> list[str]:
        return sorted(self.there - self.called)
