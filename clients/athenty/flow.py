"""A person's whole way through clients that were generated from our documents: asked for through the Athenty API, given
step by step through the capture API, all eleven of them, and read through the first again.

Usage: flow.py FOLDER, which holds the generated packages `athenty_client` and `capture_client`.
"""

import base64
import json
import os
import re
import sys
import time
from io import BytesIO
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import athenty_client  # noqa: E402
import capture_client  # noqa: E402
from athenty_client import models  # noqa: E402
from athenty_client.api.clients import create_client, delete_client, get_client  # noqa: E402
from athenty_client.api.requests import create_request, get_request, list_requests  # noqa: E402
from capture_client import models as given  # noqa: E402
from capture_client.api.pictures import (  # noqa: E402
    capture_death_certificate,
    capture_document_front,
    capture_face,
    capture_face_challenge,
    capture_proof_of_authority,
)
from capture_client.api.session import (  # noqa: E402
    capture_session_consent,
    capture_session_read,
    capture_session_submit,
)
from capture_client.api.steps import (  # noqa: E402
    capture_code_confirm,
    capture_code_send,
    capture_step_attestation,
    capture_step_business,
    capture_step_consent,
    capture_step_contact,
    capture_step_draft,
    capture_step_estate,
    capture_step_financial,
    capture_step_location,
    capture_step_pep_hio,
    capture_step_person,
)
from capture_client.api.token import capture_token  # noqa: E402
from capture_client.types import File  # noqa: E402

BASE, SAMPLE, MAIL = os.environ["BASE_URL"], Path(os.environ["SAMPLE"]), Path(os.environ["MAIL"])
SAID = json.loads(Path(__file__).with_name("person.json").read_text(encoding="utf-8"))
EMAIL = "raphael.py@example.com"
ALL = [
    *("document", "person", "location", "contact", "biometric_face", "business", "pep_hio", "financial", "consent"),
    *("attestation", "estate"),
]
# Operations of the steps that hold data, with the models of their bodies.
SAYING = {
    "person": (capture_step_person, given.PersonStep),
    "location": (capture_step_location, given.LocationStep),
    "contact": (capture_step_contact, given.ContactStep),
    "business": (capture_step_business, given.BusinessStep),
    "pep_hio": (capture_step_pep_hio, given.PepHioStep),
    "financial": (capture_step_financial, given.FinancialStep),
    "consent": (capture_step_consent, given.AnswerStep),
    "attestation": (capture_step_attestation, given.AnswerStep),
    "estate": (capture_step_estate, given.EstateStep),
}

organization = athenty_client.AuthenticatedClient(
    BASE, os.environ["API_KEY"], prefix="", auth_header_name="X-Api-Key", timeout=300, raise_on_unexpected_status=True
)


def good(answer, kind):
    assert isinstance(answer, kind), answer
    return answer


def mail(after: int, pattern: str) -> str:
    """What the pattern finds in a mail to the person that came after so many."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        mine = [mail for mail in mails() if EMAIL in mail["to"]]
        for one in mine[after:]:
            if found := re.search(pattern, one["text"]):
                return found[1]
        time.sleep(0.1)
    raise SystemExit(f"flow.py: no mail to {EMAIL} has {pattern}")


def mails() -> list[dict]:
    # The last line may still be written.
    lines = MAIL.read_text(encoding="utf-8").splitlines(keepends=True) if MAIL.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def image(name: str) -> File:
    return File(payload=BytesIO((SAMPLE / name).read_bytes()), file_name=name, mime_type="image/jpeg")


class Device:
    """The person's: it has the token of one session."""

    def __init__(self, token: str):
        self.client = capture_client.AuthenticatedClient(BASE, token, timeout=300, raise_on_unexpected_status=True)

    def ask(self, operation, **more):
        return operation.sync(client=self.client, **more)

    def session(self) -> given.CaptureSession:
        return good(self.ask(capture_session_read), given.CaptureSession)

    def consent(self) -> None:
        before = good(self.ask(capture_session_read), given.CaptureSession)
        assert before.next_ == given.CaptureNext.SESSION_CONSENT, before
        consent = given.SessionConsent(given=True, language="en")
        good(self.ask(capture_session_consent, body=consent), given.CaptureSession)

    def give_all(self) -> list[str]:
        """Does what is wanted next until everything is there; in which order that was."""
        asked = []
        while (wanted := self.session().next_) != given.CaptureNext.SUBMIT:
            assert wanted.value not in asked, f"{wanted} is wanted twice"
            asked.append(wanted.value)
            self.give(wanted.value)
        return asked

    def give(self, kind: str) -> None:
        match kind:
            case "document":
                self.document()
                return
            case "biometric_face":
                self.face()
                return
            case "consent" | "attestation":
                text = next(step.text for step in self.session().steps if step.kind.value == kind)
                signature = {"typed": "Raphael Hythloday"}
                said = {"text_version": text.text_version, "language": text.language}
                said |= {"agreed": True, "signature": signature}
            case "contact":
                self.confirm_mail()
                said = SAID[kind] | {"email": EMAIL}
            case "estate":
                for operation in (capture_death_certificate, capture_proof_of_authority):
                    paper = given.EstatePicture(image("card_front.jpg"))
                    good(self.ask(operation, body=paper), given.CaptureSession)
                said = SAID[kind]
            case _:
                said = SAID[kind]
        operation, model = SAYING[kind]
        body = model.from_dict(said)
        assert body.to_dict() == said, f"{model.__name__} holds all of it: {body.to_dict()}"
        step = step_of(good(self.ask(operation, body=body), given.CaptureSession), kind)
        assert step.state == given.StepState.SUBMITTED, step

    def document(self) -> None:
        picture = given.DocumentPicture(
            image("passport.jpg"), document_type=given.DocumentType.PASSPORT, latitude="45.5", longitude="-73.6"
        )
        session = good(self.ask(capture_document_front, body=picture), given.CaptureSession)
        assert step_of(session, "document").pictures == ["document_front"], session

    def face(self) -> None:
        place = {"latitude": 45.5, "longitude": -73.6}
        opened = good(self.ask(capture_face_challenge, body=given.FaceChallenge(**place)), given.FaceAsked)
        assert opened.movements == [], "frames alone are judged"
        frame = given.FaceFrame(base64.b64encode((SAMPLE / "selfie.jpg").read_bytes()).decode(), at_ms=900)
        good(self.ask(capture_face, body=given.FaceFrames([frame], **place)), given.CaptureSession)

    def confirm_mail(self) -> None:
        before = sum(EMAIL in mail["to"] for mail in mails())
        channel = given.CaptureChannel.EMAIL
        sent = self.ask(capture_code_send, body=given.CodeWanted(channel, EMAIL))
        assert EMAIL not in good(sent, given.CodeSent).sent_to
        code = mail(before, r"\b(\d{6})\b")
        wrong = given.CodeReceived(channel, f"{(int(code) + 1) % 1_000_000:06}")
        refused = good(self.ask(capture_code_confirm, body=wrong), given.ProblemDocument)
        assert (refused.status, refused.errors[0].field) == (400, "code"), refused
        session = good(self.ask(capture_code_confirm, body=given.CodeReceived(channel, code)), given.CaptureSession)
        assert step_of(session, "contact").confirmed == [channel]

    def hand_in(self) -> None:
        done = good(self.ask(capture_session_submit), given.CaptureSubmitted)
        assert done.outcome == given.CaptureOutcome.DONE, done
        over = good(self.ask(capture_session_read), given.ProblemDocument)
        assert over.status == 410, over


def step_of(session: given.CaptureSession, kind: str) -> given.CaptureStep:
    return next(step for step in session.steps if step.kind.value == kind)


def request(steps: list[str], **more) -> models.CreatedRequest:
    requirements = [models.CreateRequestBodyRequirementsItem(step) for step in steps]
    body = models.CreateRequestBody(requirements, models.RequestType.KYC, **more)
    return good(create_request.sync(client=organization, body=body), models.CreatedRequest)


def read(id: str) -> models.RequestDetail:
    return good(get_request.sync(id, client=organization), models.RequestDetail)


def check_document_and_face(read: models.RequestDetail) -> None:
    assert read.identity.last_name == "HYTHLODAY" and str(read.identity.birth_date) == "1978-02-07", read.identity
    [document] = read.documents
    assert (document.type_, document.front_given, document.back_given) == ("passport", True, False), document
    fields = {(field.name, field.source): field for field in document.fields}
    assert fields["document_number", "mrz"].value == fields["document_number", "visual"].value, document
    assert all(0 <= field.confidence <= 1 for field in document.fields), document
    assert document.mismatches == [], document
    assert read.biometrics.selfie_given, read.biometrics
    match = read.biometrics.face_match
    assert match.outcome == "clear" and match.score >= match.threshold, match
    points, weight = (sum(getattr(part, name) for part in read.score.breakdown) for name in ("points", "weight"))
    assert abs(points / weight - read.score.total) < 1e-6, "the breakdown adds up"
    assert read.score.total >= read.score.threshold, read.score


def document_and_face() -> None:
    """By the token that is shown once: approved without a human."""
    made = request(["document", "biometric_face"], subject_name="Raphael Hythloday")
    device = Device(made.access_token)
    device.consent()
    assert device.give_all() == ["document", "biometric_face"]
    device.hand_in()
    detail = read(made.id)
    assert detail.status == models.RequestStatus.APPROVED, detail.decisions
    check_document_and_face(detail)
    assert [(said.by, said.outcome) for said in detail.decisions] == [("machine", "approve")], detail.decisions


def all_eleven() -> None:
    """By the link in the mail: a brother is a mayor, so a human has to look."""
    fields = models.ClientFields(name_first="Raphael", name_last="Hythloday", email=EMAIL)
    client = good(create_client.sync(client=organization, body=fields), models.Client)
    bank = models.ThirdPartyBody(email="desk@example.com", name="A Bank")
    before = sum(EMAIL in mail["to"] for mail in mails())
    made = request(
        ALL,
        client_id=client.id,
        subject_name="Raphael Hythloday",
        subject_email=EMAIL,
        expires_days=3,
        third_parties=[bank],
    )
    link = mail(before, r"come#(lnk_\S+)")
    anybody = capture_client.Client(BASE, timeout=300, raise_on_unexpected_status=True)
    exchange = given.Exchange(link)
    token = good(capture_token.sync(client=anybody, body=exchange), given.CaptureToken).token
    again = good(capture_token.sync(client=anybody, body=exchange), given.ProblemDocument)
    assert again.status == 410, "a link is good once"
    device = Device(token)
    assert [party.name for party in device.session().third_parties] == ["A Bank"]
    device.consent()
    # Typed, then left: it is there for going on, and nothing is given by it.
    draft = given.StepDraft.from_dict({"last_name": "Hyth"})
    assert device.ask(capture_step_draft, kind=given.StepKind.PERSON, body=draft) is None
    assert step_of(device.session(), "person").draft.to_dict() == {"last_name": "Hyth"}
    assert device.give_all() == ALL
    device.hand_in()

    detail = read(made.id)
    assert detail.status == models.RequestStatus.PENDING_REVIEW, detail.decisions
    check_document_and_face(detail)
    assert detail.biometrics.liveness_passed is False, "the capture is known from before"
    assert [(step.type_.value, step.status.value) for step in detail.steps] == [(kind, "submitted") for kind in ALL]
    said = {step.type_.value: step.data.to_dict() for step in detail.steps if step.data}
    for kind, expected in SAID.items():
        for name, value in expected.items():
            if name != "address":
                assert same(said[kind][name], value), f"{kind}.{name}: {said[kind][name]}, {value}"
    assert said["contact"]["email"] == EMAIL
    assert said["contact"]["address"]["postal_code"] == "H2W 2M3", "as its country writes it"
    for kind in ("consent", "attestation"):
        signed = {"agreed": True, "language": "en", "signature": {"typed": "Raphael Hythloday"}}
        assert same(said[kind], signed), said[kind]
    assert (detail.location.latitude, detail.location.device.country) == (45.5, "CA"), detail.location
    assert detail.client_id == client.id and detail.expires_days == 3
    assert [party.name for party in detail.third_parties] == ["A Bank"]
    codes = [why.code for why in detail.decisions[0].reasons]
    assert detail.decisions[0].outcome == "review" and "family_of_office_holder" in codes, detail.decisions
    assert detail.timeline[0].event == "created" and len(detail.timeline) > 10, detail.timeline
    page = list_requests.sync(client=organization, client_id=client.id, status="pending_review", search="hythloday")
    [listed] = good(page, models.RequestPage).data
    assert (listed.id, listed.status) == (made.id, detail.status)
    assert good(get_client.sync(client.id, client=organization), models.Client).request_count == 1
    assert delete_client.sync_detailed(client.id, client=organization).status_code == 204


def same(told, expected) -> bool:
    """Whether all that was said is told; numbers may be written otherwise, and what was not said may be null."""
    if isinstance(expected, dict):
        return all(name in told and same(told[name], value) for name, value in expected.items())
    if isinstance(expected, list):
        return len(told) == len(expected) and all(map(same, told, expected))
    return told == expected


for test in (document_and_face, all_eleven):
    test()
    print(f"ok: {test.__name__}")
