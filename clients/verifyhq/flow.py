"""People's whole way through a client that was generated from our document of the VerifyHQ API: by a card alone, by
a human's decision, and by a face that is not alive.

Usage: flow.py FOLDER, which holds the generated package `verifyhq_client`.
"""

import os
import sys
import time
import uuid
from io import BytesIO
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from verifyhq_client import AuthenticatedClient, models  # noqa: E402
from verifyhq_client.api.document_verification import (  # noqa: E402
    document_back_image,
    document_front_image,
    document_verification_create,
    document_verification_read,
)
from verifyhq_client.api.identity_verification import (  # noqa: E402
    identity_verification_read,
    identity_verification_restart,
    identity_verification_review,
    identity_verification_start,
    identity_verifications_list,
)
from verifyhq_client.api.liveness import (  # noqa: E402
    liveness_challenge_submit,
    liveness_photo,
    liveness_read,
    liveness_reference_selfie,
    liveness_session_create,
)
from verifyhq_client.models import DocumentKind, DocumentStatus, LivenessStatus, Tier, VerificationStatus  # noqa: E402
from verifyhq_client.types import File  # noqa: E402

SAMPLE = Path(os.environ["SAMPLE"])
# Of the person, each another one, and none shows what a challenge asks for.
PHOTOS = ["portrait.jpg", "passport.jpg", "card_front.jpg"]
JPEG = b"\xff\xd8\xff"

client = AuthenticatedClient(
    os.environ["BASE_URL"],
    os.environ["API_KEY"],
    prefix="",
    auth_header_name="X-API-Key",
    timeout=300,
    raise_on_unexpected_status=True,
)


def good(answer, kind):
    assert isinstance(answer, kind), answer
    return answer


def refused(answer, status: int) -> None:
    assert good(answer, models.ErrorBody).status_code == status, answer


def image(name: str) -> File:
    return File(payload=BytesIO((SAMPLE / name).read_bytes()), file_name=name, mime_type="image/jpeg")


def started(tier: Tier) -> models.IdentityVerification:
    """Of a new user; whoever starts again gets the same."""
    body = models.StartVerification(f"python-{uuid.uuid4()}", tier=tier)
    new = good(identity_verification_start.sync(client=client, body=body), models.IdentityVerification)
    again = good(identity_verification_start.sync(client=client, body=body), models.IdentityVerification)
    assert again.id == new.id and new.status == new.overall_status == VerificationStatus.PENDING, (new, again)
    return new


def read(id: str) -> models.IdentityVerification:
    return good(identity_verification_read.sync(id, client=client), models.IdentityVerification)


def decided(id: str) -> models.IdentityVerification:
    """Once the checks are done."""
    waiting = (VerificationStatus.PENDING, VerificationStatus.IN_PROGRESS)
    until = time.monotonic() + 300
    while (now := read(id)).status in waiting and time.monotonic() < until:
        time.sleep(0.1)
    return now


def document(user: str, kind: DocumentKind, front: str, **more) -> models.DocumentVerification:
    body = models.NewDocument("US", kind, image(front), user, **more)
    return good(document_verification_create.sync(client=client, body=body), models.DocumentVerification)


def review(id: str, decision: models.ReviewDecision):
    body = models.ReviewVerification(decision, "All fields match.", "admin_john")
    return identity_verification_review.sync(id, client=client, body=body)


def a_card_alone() -> None:
    new = started(Tier.BASIC)
    assert new.steps.liveness == LivenessStatus.NOT_REQUIRED
    taken = document(new.user_id, DocumentKind.ID_CARD, "card_front.jpg", back_image=image("card_back.jpg"))
    done = decided(new.id)
    assert done.status == VerificationStatus.VERIFIED and done.completed_at, done
    assert done.document_verification_id == taken.id and done.overall_score > 0.5, done
    card = good(document_verification_read.sync(taken.id, client=client), models.DocumentVerification)
    assert card.status == DocumentStatus.VERIFIED and card.verified_at and card.confidence > 0.5, card
    data = card.extracted_data
    assert "HYTHLODAY" in data.full_name and str(data.date_of_birth) == "1978-02-07", data
    assert data.document_number and data.expiry_date and data.nationality == "UTO", data
    for operation in (document_front_image, document_back_image):
        assert operation.sync_detailed(taken.id, client=client).content[:3] == JPEG
    refused(review(new.id, models.ReviewDecision.REJECTED), 409)
    refused(identity_verification_restart.sync(new.id, client=client), 409)


def a_human_decides() -> None:
    new = started(Tier.BASIC)
    document(new.user_id, DocumentKind.ID_CARD, "passport.jpg")
    waiting = decided(new.id)
    assert waiting.status == VerificationStatus.MANUAL_REVIEW, "a passport was called a card"
    done = good(review(new.id, models.ReviewDecision.VERIFIED), models.IdentityVerification)
    assert done.status == read(new.id).status == VerificationStatus.VERIFIED, done


def photos_that_do_not_move() -> None:
    new = started(Tier.STANDARD)
    user = new.user_id
    document(user, DocumentKind.PASSPORT, "passport.jpg")
    opening = models.NewLivenessSession(user)
    session = good(liveness_session_create.sync(client=client, body=opening), models.LivenessSession)
    assert len(session.challenges) == 2, session

    def photo(challenge: str, name: str):
        body = models.ChallengePhoto(challenge, image(name), session.session_token)
        return liveness_challenge_submit.sync(client=client, body=body)

    refused(photo(session.challenges[1].id, PHOTOS[1]), 409)
    for challenge, name in zip(session.challenges, PHOTOS, strict=False):
        progress = good(photo(challenge.id, name), models.LivenessProgress)
    assert (progress.is_complete, progress.next_step) == (True, "REFERENCE_SELFIE"), progress
    selfie = models.ReferenceSelfie(image("selfie.jpg"), session.session_token)
    check = good(liveness_reference_selfie.sync(client=client, body=selfie), models.LivenessCheck)
    assert check.id == f"liv_{session.session_token.removeprefix('ses_')}", check
    done = decided(new.id)
    assert done.status == VerificationStatus.REJECTED, done
    assert (done.steps.document, done.steps.liveness) == (DocumentStatus.VERIFIED, LivenessStatus.FAILED), done
    check = good(liveness_read.sync(done.liveness_check_id, client=client), models.LivenessCheck)
    assert check.is_alive is False and check.failure_reason and check.status == LivenessStatus.FAILED, check
    assert check.face_match_score > 0.5, "it is the person, as a picture"
    assert [answered.passed for answered in check.challenges] == [False, False], check
    shown = liveness_photo.sync_detailed(check.id, check.challenges[0].id, client=client)
    assert shown.content[:3] == JPEG

    again = good(identity_verification_restart.sync(new.id, client=client), models.IdentityVerification)
    assert again.id != new.id and (again.tier, again.status) == (Tier.STANDARD, VerificationStatus.PENDING), again
    refused(identity_verification_restart.sync(new.id, client=client), 409)
    done = good(review(again.id, models.ReviewDecision.REJECTED), models.IdentityVerification)
    assert done.status == VerificationStatus.REJECTED, done
    both = identity_verifications_list.sync(user, client=client)
    assert [one.id for one in both] == [again.id, new.id], both
    page = identity_verifications_list.sync(user, client=client, envelope=True, limit=1, page=2)
    page = good(page, models.EnvelopedPage)
    assert [one.id for one in page.data] == [new.id] and page.pagination.total == 2, page


for test in (a_card_alone, a_human_decides, photos_that_do_not_move):
    test()
    print(f"ok: {test.__name__}")
