"""Documents that are brought along, by the vendor's SDK: of identity and of address."""

import base64
from datetime import datetime, timezone
from io import BytesIO

from checkout_sdk.identities.entities import AttemptAssetsQueryFilter, AttemptsQueryFilter
from common import BORN, NAME, codes, fetched, picture, refused, settled
from PIL import Image, ImageDraw, ImageFont

GOING_ON = ("quality_checks_in_progress", "checks_in_progress")


def text(jpeg: bytes, as_uri: bool = False) -> str:
    plain = base64.b64encode(jpeg).decode()
    return f"data:image/jpeg;base64,{plain}" if as_uri else plain


def documents(api, applicant: str, journey: str) -> None:
    iddv = api.id_document_verification
    declared = {"name": NAME, "birth_date": BORN}
    asked = {"applicant_id": applicant, "user_journey_id": journey, "declared_data": declared}
    made = iddv.create_id_document_verification(asked)
    assert made.id.startswith("iddv_") and (made.status, made.applicant_id) == ("created", applicant), vars(made)
    refused(404, iddv.get_id_document_verification_report, made.id)
    blurred = iddv.create_id_document_verification_attempt(made.id, {"document_front": text(picture("passport.jpg", True))})
    now = settled(iddv.get_id_document_verification, made.id, *GOING_ON)
    assert now.status == "retry_required" and 61301 in codes(now), (now.status, codes(now))
    clear = {"document_front": text(picture("passport.jpg"), as_uri=True)}
    attempt = iddv.create_id_document_verification_attempt(made.id, clear)
    done = settled(iddv.get_id_document_verification, made.id, *GOING_ON)
    assert (done.status, codes(done)) == ("approved", [10000]), (done.status, codes(done))
    assert (done.document.document_type, done.document.birth_date) == ("Passport", BORN), vars(done.document)
    assert fetched(done.document.front_image_signed_url).content[:3] == b"\xff\xd8\xff"
    query = AttemptsQueryFilter()
    query.skip, query.limit = 0, 10
    page = iddv.get_id_document_verification_attempts(made.id, query)
    assert [(one.id, one.status) for one in page.data] == [
        (attempt.id, "completed"),
        (blurred.id, "quality_checks_aborted"),
    ], vars(page)
    assert iddv.get_id_document_verification_attempt(made.id, attempt.id).status == "completed"
    assets = iddv.get_id_document_verification_attempt_assets(made.id, attempt.id, AttemptAssetsQueryFilter())
    assert [asset.type for asset in assets.data] == ["document_front_image"]
    assert fetched(assets.data[0]._links.asset_url.href).ok
    report = iddv.get_id_document_verification_report(made.id)
    assert report.pdf_report == report.signed_url
    assert fetched(report.pdf_report).content[:5] == b"%PDF-"
    refused(409, iddv.create_id_document_verification_attempt, made.id, clear)
    gone = iddv.anonymize_id_document_verification(made.id)
    assert (gone.status, codes(gone)) == ("approved", [10000]) and not hasattr(gone, "document"), vars(gone)
    other = iddv.create_id_document_verification(asked | {"declared_data": {"name": "Hannah Bret"}})
    iddv.create_id_document_verification_attempt(other.id, clear)
    declined = settled(iddv.get_id_document_verification, other.id, *GOING_ON)
    assert (declined.status, codes(declined)) == ("declined", [62401]), (declined.status, codes(declined))
    refused(404, iddv.get_id_document_verification, "iddv_00000000000000000000000000")


def bill() -> bytes:
    """Of a power company that does not exist, to the person whom the samples show, of this month."""
    today = datetime.now(tz=timezone.utc).date()
    page = Image.new("RGB", (1240, 1754), (244, 243, 240))
    draw = ImageDraw.Draw(page)
    for at, size, line in (
        ((90, 80), 52, "Northmoor Power Ltd"),
        ((90, 150), 30, "12 Station Road, Leeds LS1 4DY"),
        ((90, 340), 34, f"Mr {NAME}"),
        ((90, 390), 34, "7 Orchard Lane"),
        ((90, 440), 34, "York"),
        ((90, 490), 34, "YO1 7HB"),
        ((760, 340), 30, f"Bill date: {today:%d %B %Y}"),
        ((760, 390), 30, "Account number: 4410 8872 03"),
        ((90, 680), 46, "Your electricity bill"),
        ((90, 760), 30, "Electricity used: 312 kWh"),
        ((90, 810), 30, "Amount due: 84.17 GBP"),
    ):
        draw.text(at, line, "black", ImageFont.load_default(size))
    out = BytesIO()
    page.save(out, "JPEG", quality=92)
    return out.getvalue()


def addresses(api, applicant: str, journey: str) -> None:
    adv = api.address_document_verification
    asked = {"applicant_id": applicant, "user_journey_id": journey}
    made = adv.create_address_document_verification(asked)
    assert made.id.startswith("adv_") and (made.status, made.applicant_id) == ("created", applicant), vars(made)
    refused(404, adv.get_address_document_verification_report, made.id)
    attempt = adv.create_address_document_verification_attempt(made.id, {"document": text(bill())})
    done = settled(adv.get_address_document_verification, made.id, *GOING_ON)
    assert (done.status, codes(done)) == ("approved", [10000]), (done.status, codes(done))
    read = done.address_document
    assert (read.document_type, read.issuer, read.full_names) == ("utility_bill", "Northmoor Power Ltd", [NAME]), vars(read)
    where = read.address
    assert (where.address_line1, where.city, where.zip, where.country) == ("7 Orchard Lane", "York", "YO1 7HB", "GB"), vars(where)
    query = AttemptsQueryFilter()
    query.skip, query.limit = 0, 10
    page = adv.get_address_document_verification_attempts(made.id, query)
    assert [(one.id, one.status) for one in page.data] == [(attempt.id, "completed")], vars(page)
    assert adv.get_address_document_verification_attempt(made.id, attempt.id).status == "completed"
    assets = adv.get_address_document_verification_attempt_assets(made.id, attempt.id, AttemptAssetsQueryFilter())
    assert [asset.type for asset in assets.data] == ["document"]
    assert fetched(assets.data[0]._links.asset_url.href).ok
    report = adv.get_address_document_verification_report(made.id)
    assert report.pdf_report == report.signed_url
    assert fetched(report.pdf_report).content[:5] == b"%PDF-"
    gone = adv.anonymize_address_document_verification(made.id)
    assert (gone.status, codes(gone)) == ("approved", [10000]) and not hasattr(gone, "address_document"), vars(gone)
    refused(404, adv.get_address_document_verification, "adv_00000000000000000000000000")
