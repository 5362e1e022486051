"""What a tester of documents cannot know by itself."""

import schemathesis


@schemathesis.check
def valid_requests_are_never_called_invalid(ctx, response, case) -> None:
    """A request that fits the document may be refused for the state of a session, not for its form."""
    meta = case.meta
    if response.status_code != 400 or meta is None or not meta.generation.mode.is_positive:
        return
    error = response.json().get("error")
    if isinstance(error, str):
        # The token endpoint, in the words of RFC 6749; the tester writes lists as a parameter given twice.
        assert error != "invalid_request" or "twice" in response.text, response.text
        return
    if error["code"] != "invalid_request":
        return
    fields = [problem["field"] for problem in error["fields"]]
    # No document can say what bytes are a picture.
    if fields and all(field.split(".")[0] in ("image", "images") for field in fields):
        return
    # Nor which hosts are addresses inside, or none at all in a disguise.
    if all(problem["field"] in ("url", "webhook_url") and problem["code"] == "other" for problem in error["fields"]):
        return
    # The tester puts any character into the names of a form's parts, and no parser reads that.
    assert case.media_type == "multipart/form-data" and fields == [""], response.text


@schemathesis.deserializer("image/jpeg")
def jpeg(ctx, response) -> str:
    assert response.content[:3] == b"\xff\xd8\xff", "no JPEG"
    return "a picture"
