"""The vendor's own SDK for Python against this server: every call of identities and workflows.

One person goes through capture with pictures and is approved; another's selfie is somebody else's (62304); one hands in a
blurred document, is asked again (61301) and approved; one does not agree (63001); one is erased. Documents are brought along,
and workflows deliver to a receiver of ours.

Usage: sdk.py
"""

import os
import time

import requests
from checkout_sdk.identities.applicants.applicants import CreateApplicantRequest, UpdateApplicantRequest
from checkout_sdk.identities.entities import AttemptAssetsQueryFilter, AttemptsQueryFilter
from common import (
    AWAY,
    BORN,
    IS_PROXIED,
    NAME,
    SERVER,
    Device,
    Watched,
    by_key,
    by_token,
    codes,
    fetched,
    refused,
    settled,
)
from documents import addresses, documents
from screening import screened
from workflows import workflows


def applicants(api) -> str:
    made = api.applicants.create_applicant(
        {"external_applicant_id": "ext_7", "email": "raphael@example.com", "external_applicant_name": NAME}
    )
    assert made.http_metadata.status_code == 201 and made.id.startswith("aplt_"), vars(made)
    assert (made.external_applicant_id, made.email, made.external_applicant_name) == ("ext_7", "raphael@example.com", NAME)
    assert made._links.self.href.endswith(f"/applicants/{made.id}")
    change = UpdateApplicantRequest()
    change.email = "hythloday@example.com"
    time.sleep(0.01)
    changed = api.applicants.update_applicant(made.id, change)
    assert changed.email == "hythloday@example.com" and changed.modified_on > made.modified_on
    read = api.applicants.get_applicant(made.id)
    assert (read.email, read.created_on) == ("hythloday@example.com", made.created_on)
    if not IS_PROXIED:
        wrong = CreateApplicantRequest()
        wrong.email = "nobody"
        error = refused(422, api.applicants.create_applicant, wrong)
        assert any("email" in told for told in error.error_details), error.error_details
    refused(404, api.applicants.get_applicant, "aplt_00000000000000000000000000")
    return made.id


def declared() -> dict:
    return {"name": NAME, "birth_date": BORN}


def approved(api, applicant: str) -> str:
    idv = api.identity_verification
    made = idv.create_identity_verification({"applicant_id": applicant, "declared_data": declared()})
    assert (made.status, made.applicant_id, made.response_codes) == ("created", applicant, []), vars(made)
    assert idv.get_identity_verification_attempts(made.id).total_count == 0
    refused(404, idv.get_identity_verification_report, made.id)
    first = idv.create_identity_verification_attempt(made.id, {"redirect_url": AWAY})
    assert first.status == "pending_redirection" and first.redirect_url == AWAY, vars(first)
    second = idv.create_identity_verification_attempt(
        made.id, {"redirect_url": AWAY, "client_information": {"pre_selected_language": "en-US"}}
    )
    assert idv.get_identity_verification(made.id).status == "pending"
    ended = idv.get_identity_verification_attempt(made.id, first.id)
    assert (ended.status, codes(ended)) == ("terminated", [64001])
    query = AttemptsQueryFilter()
    query.skip, query.limit = 0, 1
    page = idv.get_identity_verification_attempts(made.id, query)
    assert (page.total_count, [attempt.id for attempt in page.data]) == (2, [second.id]), vars(page)
    device = Device(second._links.verification_url.href)
    device.consent()
    now = idv.get_identity_verification_attempt(made.id, second.id)
    assert now.status == "capture_in_progress" and now.applicant_session_information.ip_address, vars(now)
    device.document()
    device.face()
    device.submit()
    done = settled(idv.get_identity_verification, made.id, "checks_in_progress")
    assert (done.status, codes(done)) == ("approved", [10000]), (done.status, codes(done))
    assert done.verified_identity.full_name and done.verified_identity.birth_date
    document = done.documents[0]
    assert document.document_type == "Passport" and document.document_number, vars(document)
    assert fetched(document.front_image_signed_url).content[:3] == b"\xff\xd8\xff"
    link = document.front_image_signed_url
    assert fetched(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 403
    error = refused(409, idv.create_identity_verification_attempt, made.id, {"redirect_url": AWAY})
    assert error.error_type == "conflict", vars(error)
    assets = idv.get_identity_verification_attempt_assets(made.id, second.id, AttemptAssetsQueryFilter())
    assert {asset.type for asset in assets.data} >= {"document_front_image", "face_image"}
    for asset in assets.data:
        assert fetched(asset._links.asset_url.href).ok
    report = idv.get_identity_verification_report(made.id)
    assert report.pdf_report == report.signed_url
    assert fetched(report.signed_url).content[:5] == b"%PDF-"
    return made.id


def of_another(api, applicant: str) -> None:
    idv = api.identity_verification
    made = idv.create_identity_verification_and_attempt(
        {"applicant_id": applicant, "declared_data": declared(), "redirect_url": AWAY}
    )
    assert (made.status, made.redirect_url) == ("pending", AWAY), vars(made)
    device = Device(made._links.verification_url.href)
    device.consent()
    device.document()
    device.face("other.jpg")
    device.submit()
    done = settled(idv.get_identity_verification, made.id, "checks_in_progress")
    assert done.status == "declined" and 62304 in codes(done), (done.status, codes(done))


def asked_again(api, applicant: str) -> None:
    idv = api.identity_verification
    made = idv.create_identity_verification_and_attempt(
        {"applicant_id": applicant, "declared_data": declared(), "redirect_url": AWAY}
    )
    device = Device(made._links.verification_url.href)
    device.consent()
    device.document(blurred=True)
    device.face()
    device.submit()
    now = settled(idv.get_identity_verification, made.id, "checks_in_progress")
    assert now.status == "retry_required" and 61301 in codes(now), (now.status, codes(now))
    again = idv.create_identity_verification_attempt(made.id, {"redirect_url": AWAY})
    device = Device(again._links.verification_url.href)
    device.document()
    device.submit()
    done = settled(idv.get_identity_verification, made.id, "checks_in_progress")
    assert (done.status, codes(done)) == ("approved", [10000]), (done.status, codes(done))
    attempts = idv.get_identity_verification_attempts(made.id).data
    assert [attempt.status for attempt in attempts] == ["completed", "checks_inconclusive"], attempts


def declared_otherwise(api) -> None:
    idv = api.identity_verification
    made = idv.create_identity_verification_and_attempt(
        {"declared_data": {"name": "Hannah Bret"}, "redirect_url": AWAY}
    )
    assert made.applicant_id.startswith("aplt_"), "a new applicant is made for it"
    device = Device(made._links.verification_url.href)
    device.consent()
    device.document()
    device.face()
    device.submit()
    done = settled(idv.get_identity_verification, made.id, "checks_in_progress")
    assert done.status == "declined" and codes(done) == [62401], (done.status, codes(done))


def refuses(api, applicant: str) -> None:
    idv = api.identity_verification
    made = idv.create_identity_verification_and_attempt(
        {"applicant_id": applicant, "declared_data": declared(), "redirect_url": AWAY}
    )
    Device(made._links.verification_url.href).consent(False)
    done = idv.get_identity_verification(made.id)
    assert (done.status, codes(done)) == ("refused", [63001])
    attempt = idv.get_identity_verification_attempts(made.id).data[0]
    assert (attempt.status, codes(attempt)) == ("capture_refused", [63001])


def authenticated(api, applicant: str, verification: str) -> None:
    fav = api.face_authentication
    journey = api.identity_verification.get_identity_verification(verification).user_journey_id
    for selfie, status in (("selfie.jpg", "approved"), ("other.jpg", "declined")):
        made = fav.create_face_authentication({"applicant_id": applicant, "user_journey_id": journey})
        assert (made.status, made.applicant_id) == ("created", applicant), vars(made)
        attempt = fav.create_face_authentication_attempt(made.id, {"redirect_url": AWAY})
        assert fav.get_face_authentication(made.id).status == "pending"
        device = Device(attempt._links.verification_url.href)
        device.face(selfie)
        device.submit()
        done = settled(fav.get_face_authentication, made.id, "checks_in_progress")
        assert done.status == status, (done.status, codes(done))
        assert codes(done) == ([10000] if status == "approved" else [62321]), codes(done)
        assert fav.get_face_authentication_attempts(made.id).total_count == 1
        assert fav.get_face_authentication_attempt(made.id, attempt.id).status == "completed"
        assets = fav.get_face_authentication_attempt_assets(made.id, attempt.id)
        assert [asset.type for asset in assets.data] == ["face_image"]
        erased = fav.anonymize_face_authentication(made.id)
        assert erased.status == status
    nobody = api.applicants.create_applicant({"email": "nobody@example.com"})
    refused(422, fav.create_face_authentication, {"applicant_id": nobody.id, "user_journey_id": journey})


def erased(api, applicant: str, verification: str) -> None:
    idv = api.identity_verification
    before = idv.get_identity_verification(verification)
    picture = before.documents[0].front_image_signed_url
    gone = idv.anonymize_identity_verification(verification)
    assert (gone.status, codes(gone)) == (before.status, codes(before))
    text = requests.get(
        f"{SERVER}identity-verifications/{verification}",
        headers={"Authorization": f"Bearer {os.environ['API_KEY']}"},
        timeout=30,
    ).text
    assert "ythloday" not in text.lower() and "signed_url" not in text, text
    assert fetched(picture).status_code in (403, 404, 409, 410), fetched(picture).status_code
    idv.anonymize_identity_verification(verification)
    person = api.applicants.anonymize_applicant(applicant)
    assert person.external_applicant_id == "ext_7" and not hasattr(person, "email"), vars(person)
    refused(404, idv.anonymize_identity_verification, "idv_00000000000000000000000000")


def main() -> None:
    api = Watched(by_key())
    applicant = applicants(api)
    print("ok: applicants")
    verification = approved(api, applicant)
    print("ok: approved")
    of_another(api, applicant)
    print("ok: declined for another face (62304)")
    asked_again(api, applicant)
    print("ok: asked again for a blurred document (61301)")
    declared_otherwise(api)
    print("ok: declined for another name (62401)")
    refuses(api, applicant)
    print("ok: refused (63001)")
    authenticated(api, applicant, verification)
    print("ok: face authentications")
    journey = api.identity_verification.get_identity_verification(verification).user_journey_id
    documents(api, applicant, journey)
    print("ok: identity documents")
    addresses(api, applicant, journey)
    print("ok: address documents")
    screened(api, applicant)
    print("ok: AML screenings")
    workflows(api, applicant)
    print("ok: workflows")
    erased(api, applicant, verification)
    print("ok: erased")
    assert not api.left_out(), f"never called: {api.left_out()}"
    print(f"ok: all {len(api.there)} calls")
    token = by_token()
    workflows(token, applicants(token))
    print("ok: with an access token")


main()
