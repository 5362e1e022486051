"""What a tester of documents cannot know by itself."""

import os

import schemathesis

# What no document can say of a field, by API (the first part of its paths; Vult's are all others): what bytes are a
# picture; which hosts are addresses inside, or none at all in a disguise; the events that there are, which have
# operations of their own; which address an invitation's channel wants; which names are those of headers that can be
# sent; which times lie ahead; which two letters are a country's; that no video is decoded here.
UNSAID = {
    "console": {"url", "event", "events", "type", "api", "to", "headers", "expires_at"},
    "webhooks": {"callbackUrl", "events"},
    "verifications": {"documentCountry", "frontImage", "backImage", "photo", "selfie", "video"},
    "vult": {"image", "images", "url", "webhook_url"},
}
HOSTS = {"url", "webhook_url"}


@schemathesis.hook
def before_call(ctx, case, **kwargs) -> None:
    """The key that we come in with is neither revoked nor rotated away, and nobody waits for an event."""
    if "wait" in (case.query or {}):
        case.query["wait"] = "0"
    for name, value in (case.path_parameters or {}).items():
        if value == os.environ["KEY_ID"]:
            case.path_parameters[name] = "key_none"


def problems(response) -> list[tuple[str, str | None]]:
    """What a refusal calls wrong with the form of a request: the field, and the code where the API has one."""
    body = response.json()
    if response.status_code == 422:
        # Where it is no list, an idempotency key was used before.
        said = body.get("message")
        if not isinstance(said, list):
            return []
        # Of the form as a whole no field is named.
        whole = "failed to read headers"
        return [("" if problem == whole else problem.split(" ", 1)[0], None) for problem in said]
    if "errors" in body:
        return [(problem["field"], None) for problem in body["errors"]]
    error = body.get("error", {})
    if isinstance(error, str):
        # The token endpoint, in the words of RFC 6749; the tester writes lists as a parameter given twice.
        return [] if error != "invalid_request" or "twice" in response.text else [("", None)]
    is_form = error.get("code") == "invalid_request"
    return [(problem["field"], problem["code"]) for problem in error.get("fields", [])] if is_form else []


@schemathesis.check
def valid_requests_are_never_called_invalid(ctx, response, case) -> None:
    """A request that fits the document may be refused for the state of what it names, not for its form."""
    meta = case.meta
    if response.status_code not in (400, 422) or meta is None or not meta.generation.mode.is_positive:
        return
    first = case.operation.path.strip("/").split("/")[0]
    unsaid = UNSAID.get(first, UNSAID["vult"])
    for field, code in problems(response):
        name = field.split(".")[0]
        # Only the keys of a sandbox may steer it, and the tester has another one.
        if field == "settings.sandbox":
            continue
        known = name in unsaid and (name not in HOSTS or code in (None, "other"))
        # The tester puts any character into the names of a form's parts, and no parser reads that.
        assert known or (case.media_type == "multipart/form-data" and field == ""), response.text


@schemathesis.deserializer("image/jpeg")
def jpeg(ctx, response) -> str:
    assert response.content[:3] == b"\xff\xd8\xff", "no JPEG"
    return "a picture"
