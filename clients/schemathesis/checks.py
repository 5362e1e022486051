"""What a tester of documents cannot know by itself."""

import os

import schemathesis

# What no document can say of a field: what bytes are a picture; which hosts are addresses inside, or none at all in a
# disguise; the events that there are, which have operations of their own; which address an invitation's channel wants;
# which names are those of headers that can be sent; which times lie ahead.
UNSAID = {"image", "images", "url", "webhook_url", "callbackUrl", "event", "events", "type", "api", "to", "headers"}
UNSAID |= {"expires_at"}


@schemathesis.hook
def before_call(ctx, case, **kwargs) -> None:
    """The key that we come in with is neither revoked nor rotated away, and nobody waits for an event."""
    if "wait" in (case.query or {}):
        case.query["wait"] = "0"
    for name, value in (case.path_parameters or {}).items():
        if value == os.environ["KEY_ID"]:
            case.path_parameters[name] = "key_none"


def problems(response) -> list[tuple[str, str]]:
    """What a refusal calls wrong with the form of a request: the field, and why; in the words of each API."""
    body = response.json()
    if response.status_code == 422:
        # Where it is no list, an idempotency key was used before.
        said = body.get("message")
        return [tuple(problem.split(" ", 1)) for problem in said] if isinstance(said, list) else []
    if "errors" in body:
        return [(problem["field"], problem["detail"]) for problem in body["errors"]]
    error = body.get("error", {})
    if isinstance(error, str):
        # The token endpoint, in the words of RFC 6749; the tester writes lists as a parameter given twice.
        return [] if error != "invalid_request" or "twice" in response.text else [("", error)]
    is_form = error.get("code") == "invalid_request"
    return [(problem["field"], problem["message"]) for problem in error.get("fields", [])] if is_form else []


@schemathesis.check
def valid_requests_are_never_called_invalid(ctx, response, case) -> None:
    """A request that fits the document may be refused for the state of what it names, not for its form."""
    meta = case.meta
    if response.status_code not in (400, 422) or meta is None or not meta.generation.mode.is_positive:
        return
    for field, why in problems(response):
        # The tester puts any character into the names of a form's parts, and no parser reads that.
        known = field.split(".")[0] in UNSAID
        assert known or (case.media_type == "multipart/form-data" and field == ""), response.text


@schemathesis.deserializer("image/jpeg")
def jpeg(ctx, response) -> str:
    assert response.content[:3] == b"\xff\xd8\xff", "no JPEG"
    return "a picture"
