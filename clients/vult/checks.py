"""What a tester of documents cannot know by itself."""

import schemathesis


@schemathesis.check
def valid_requests_are_never_called_invalid(ctx, response, case) -> None:
    """A request that fits the document may be refused for the state of a session, not for its form."""
    meta = case.meta
    if response.status_code != 400 or meta is None or not meta.generation.mode.is_positive:
        return
    error = response.json().get("error")
    # The token endpoint answers as RFC 6749 says, with a word.
    code = error["code"] if isinstance(error, dict) else error
    assert code != "invalid_request", response.text


@schemathesis.deserializer("image/jpeg")
def jpeg(ctx, response) -> str:
    assert response.content[:3] == b"\xff\xd8\xff", "no JPEG"
    return "a picture"
