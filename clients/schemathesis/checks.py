"""What a tester of documents cannot know by itself."""

import atexit
import base64
import itertools
import json
import os
import re
import sys
import urllib.request
import uuid
from collections import Counter
from pathlib import Path

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# What is beside this file.
sys.path.insert(0, str(Path(__file__).parent))
from there import There  # noqa: E402

# What no document can say of a field, or none that is made of types, by API (the first part of its paths; Vult's are
# all others).
UNSAID = {
    "console": {
        # Hosts inside, or none at all in a disguise; events that there are; an address that the invitation's channel
        # wants; names of headers that can be sent; times ahead.
        *("url", "event", "events", "type", "api", "to", "headers", "expires_at"),
        # What lies ahead.
        "until",
        # Which reasons there are for one verdict, and what has to come with one.
        *("reason", "note", "captures"),
        # What a policy has to hold at least; codes of countries, types of documents and names of checks that there are.
        *("required", "country", "countries", "types", "on_fail", "on_consider"),
    },
    # Athenty's: clients that there are, codes of countries, what another field asks for, one text a language.
    "v2": {"clientId", "country", "accepted_countries", "accepted_types", "requirements", "text_version", "texts"},
    # VerifyHQ's: hosts and events as above, codes of countries, what bytes are a picture, that no video is decoded.
    "webhooks": {"callbackUrl", "events"},
    "verifications": {"documentCountry", "frontImage", "backImage", "photo", "selfie", "video"},
    # Checkout's: hosts, events that there are, what a condition's type asks for, names of headers that can be sent.
    "workflows": {
        *("url", "events", "event_types", "entities", "processing_channels", "headers", "conditions"),
    },
    # What bytes are a picture; hosts; policies that there are.
    "vult": {"image", "images", "url", "webhook_url", "settings.policy"},
    "capture": {
        # Pictures, and the movements that are asked for; the address that a channel wants; the code that was sent.
        *("image", "frames", "to", "code"),
        # What day is today, and which of two days is the earlier one.
        *("birth_date", "death_date", "born_on", "founded_on", "proof_date", "since", "until", "taken_at"),
        # Which parts the addresses of a country have, and what is in them.
        *("city", "region", "postal_code"),
        # What is wanted, or must not be there, because of another field or of what is set for the session.
        *("email", "employer", "details", "currency", "third_party", "party", "relationship", "signature", "offices"),
        *("foreign_office", "domestic_office", "head_of_organization", "family_member", "close_associate"),
        *("kind", "country", "role", "body", "holder", "latitude", "longitude"),
        # What is more than all together; a signature without a line in it; what is named twice.
        *("owners", "controllers", "beneficiaries", "drawn", "source_of_funds", "source_of_wealth"),
    },
}
# The rest of Checkout's: journeys and hosts; codes of countries and days that there are; what bytes are a picture; an applicant
# who can be authenticated, or has a name to screen.
CHECKOUT = {
    *("user_journey_id", "webhook_url", "redirect_url", "country", "birth_date", "applicant_id", "phone_number", "number"),
    *("pre_selected_residence_country", "pre_selected_document_issuing_country", "pre_selected_language"),
    *("document_front", "document_back", "document", "document_issuing_country"),
    # Null, which nothing in a form is.
    *("document_type", "document_issuing_country_subdivision"),
}
UNSAID |= dict.fromkeys(
    (
        *("applicants", "identity-verifications", "create-and-open-idv", "face-authentications"),
        *("id-document-verifications", "address-document-verifications", "aml-verifications"),
    ),
    CHECKOUT,
)
HOSTS = {"url", "webhook_url"}
# Letters of every script: a pattern for them is not read by every program. And a name that is no field's where others
# are let pass: it is so like one of ours that whoever wrote it meant that.
OF_ANY = re.compile("must hold letters$|must have at least (two letters|three letters or digits)$|must not hold control characters$|is not a known field|^Unrecognized key")

there = There()
there_turns = itertools.cycle([True, False])

# How often each status was answered.
statuses: Counter[int] = Counter()
# Every request comes from another address (198.18.0.0/15 is for tests): whoever guesses often is told to wait.
addresses = (f"198.{18 + (n >> 16 & 1)}.{n >> 8 & 255}.{n & 255}" for n in itertools.count())


@schemathesis.hook
def before_call(ctx, case, **kwargs) -> None:
    """What each request needs. The key that we come in with is neither revoked nor rotated away, and nobody waits for
    an event."""
    if not is_about_a_header(case):
        case.headers["X-Forwarded-For"] = next(addresses)
        # One that was used for another request is refused.
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.headers.get("Authorization") == Device.ANY:
        case.headers["Authorization"] = f"Bearer {device.token_for(case.operation.path)}"
        if isinstance(case.body, dict):
            case.body = with_what_there_is(case.body)
    give_what_there_is(case)
    if "wait" in (case.query or {}):
        case.query["wait"] = "0"
    for name, value in (case.path_parameters or {}).items():
        if value == os.environ["KEY_ID"]:
            case.path_parameters[name] = "key_none"


def give_what_there_is(case) -> None:
    """Half of the requests to the Checkout API that fit its document name what is there."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not next(there_turns):
        return
    first = case.operation.path.strip("/").split("/")[0]
    if first == "connect" and isinstance(case.body, dict):
        case.body = {
            "grant_type": "client_credentials",
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
        }
    elif first == "workflows" or UNSAID.get(first) is CHECKOUT:
        there.give(case)


def is_about_a_header(case) -> bool:
    """Whether the tester has spoiled one or left one out, and has to find them as it made them."""
    where = getattr(case.meta.phase.data, "parameter_location", None) if case.meta else None
    return where == ParameterLocation.HEADER


@schemathesis.hook
def after_call(ctx, case, response) -> None:
    statuses[response.status_code] += 1
    if response.status_code in (410, 429):
        device.token = ""


@atexit.register
def tell() -> None:
    """For clients/run, which wants few refusals for want of a credential."""
    if statuses:
        with open(os.environ["STATUSES"], "w", encoding="utf-8") as file:
            json.dump(statuses, file)


def ask(method: str, path: str, body: dict, **headers: str) -> dict:
    """Our own requests, which are not the tester's and have to succeed."""
    request = urllib.request.Request(os.environ["BASE_URL"] + path, json.dumps(body).encode(), method=method)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        request.add_header(name, value)
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


STEPS = "document person location contact biometric_face business pep_hio financial consent attestation estate".split()


# Codes that there are, in the place of those that only look like one; of a country whose addresses may have any part.
CODES = {
    **dict.fromkeys(("country", "birth_country", "countries"), ("[A-Z]{2}", "KZ")),
    "nationalities": ("[A-Z]{1,3}", "KZ"),
    "currency": ("[A-Z]{3}", "CAD"),
    "text_version": ("[A-Za-z0-9._-]{1,64}", "2026-11"),
    "language": ("[a-z]{2}(-[A-Z]{2})?", "en"),
}


PICTURE = Path(os.environ["SAMPLE"], "portrait.jpg").read_bytes()
# Of what is sent as a picture in text every second one is one; the tester has files of its own.
is_picture = itertools.cycle([True, False])


def with_what_there_is(value, name: str = ""):
    """The same, as valid as it was, with codes that there are and pictures."""
    if isinstance(value, dict):
        return {inner: with_what_there_is(of, inner) for inner, of in value.items()}
    if isinstance(value, list):
        return [with_what_there_is(of, name) for of in value]
    if name == "image" and isinstance(value, str):
        return base64.b64encode(PICTURE).decode() if value and next(is_picture) else value
    pattern, code = CODES.get(name, ("", ""))
    return code if isinstance(value, str) and pattern and re.fullmatch(pattern, value) else value


class Device:
    """A person's. It comes in with the token of a session that waits for all eleven steps. What may end it, or wants
    something before, gets a session of its own, and so does whoever comes after one that is over or was asked too
    often."""

    # Stands for the token until it is known which request is sent next.
    ANY = "Bearer any"
    token = ""
    # Who hands in has given all that is wanted, or nothing.
    gives = itertools.cycle([True, False])

    def get(self, case, context) -> str:
        return self.ANY

    def set(self, case, authorization: str, context) -> None:
        case.headers["Authorization"] = authorization

    def token_for(self, path: str) -> str:
        match path:
            case "/capture/session/consent":
                return self.create(STEPS)
            case "/capture/session/submit":
                return self.ready()
            case "/capture/session/withdraw" | "/capture/steps/consent" | "/capture/steps/attestation":
                return self.consented(STEPS)
            case "/capture/steps/biometric_face":
                token = self.consented(STEPS)
                ask("POST", f"{path}/challenge", {}, Authorization=f"Bearer {token}")
                return token
        self.token = self.token or self.consented(STEPS)
        return self.token

    def create(self, steps: list[str]) -> str:
        body = {"type": "kyc", "requirements": steps, "expiresDays": 90}
        return ask("POST", "/v2/api/requests", body, **{"X-Api-Key": os.environ["API_KEY"]})["accessToken"]

    def consented(self, steps: list[str]) -> str:
        token = self.create(steps)
        ask("POST", "/capture/session/consent", {"given": True}, Authorization=f"Bearer {token}")
        return token

    def ready(self) -> str:
        token = self.consented(["location"])
        if next(self.gives):
            here = {"latitude": 45.5, "longitude": -73.6}
            ask("PUT", "/capture/steps/location", here, Authorization=f"Bearer {token}")
        return token


schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/capture/(session|steps)")(Device)
device = Device()


def problems(response) -> list[tuple[str, str | None, str]]:
    """What a refusal calls wrong with the form of a request: the field, the code where the API has one, and what is
    said."""
    body = response.json()
    if "error_codes" in body:
        # Path and error, with two low lines between.
        if body["error_type"] != "invalid_request" or body["error_codes"] == ["idempotency_key_used"]:
            return []
        parts = [code.split("__") for code in body["error_codes"]]
        return [(".".join(path[:-1]), path[-1], body["message"]) for path in parts]
    if response.status_code == 422 and "message" in body and "errors" not in body:
        # Where it is no list, an idempotency key was used before.
        said = body["message"]
        if not isinstance(said, list):
            return []
        # Of the form as a whole no field is named.
        whole = "failed to read headers"
        return [("" if problem == whole else problem.split(" ", 1)[0], None, problem) for problem in said]
    if "errors" in body:
        said = ((problem, problem.get("detail") or problem["message"]) for problem in body["errors"])
        return [(problem["field"], problem.get("rule"), detail) for problem, detail in said]
    error = body.get("error", {})
    if isinstance(error, str):
        # The token endpoint, in the words of RFC 6749; the tester writes lists as a parameter given twice.
        return [] if error != "invalid_request" or "twice" in response.text else [("", None, response.text)]
    is_form = error.get("code") == "invalid_request"
    return [(one["field"], one["code"], one["message"]) for one in error.get("fields", [])] if is_form else []


@schemathesis.check
def valid_requests_are_never_called_invalid(ctx, response, case) -> None:
    """A request that fits the document may be refused for the state of what it names, not for its form."""
    meta = case.meta
    if response.status_code not in (400, 422) or meta is None or not meta.generation.mode.is_positive:
        return
    first = case.operation.path.strip("/").split("/")[0]
    unsaid = UNSAID.get(first, UNSAID["vult"])
    for field, code, said in problems(response):
        # Only the keys of a sandbox may steer it, and the tester has another one.
        if field == "settings.sandbox":
            continue
        parts = [part for part in field.split(".") if not part.isdigit()] or [""]
        names = unsaid & {field, parts[0], parts[-1]}
        known = any(name not in HOSTS or code in (None, "other", "invalid") for name in names)
        # The tester puts any character into the names of a form's parts, and no parser reads that.
        unread = case.media_type == "multipart/form-data" and field == ""
        assert known or unread or OF_ANY.search(said), response.text


@schemathesis.deserializer("image/jpeg")
def jpeg(ctx, response) -> str:
    assert response.content[:3] == b"\xff\xd8\xff", "no JPEG"
    return "a picture"


@schemathesis.deserializer("application/pdf")
def pdf(ctx, response) -> str:
    assert response.content[:5] == b"%PDF-", "no PDF file"
    return "a document"
