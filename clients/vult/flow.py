"""A person's whole way through a client that was generated from our document: verified, then authenticated.

Usage: flow.py FOLDER, which holds the generated package `vult_client`.
"""

import base64
import os
import sys
from io import BytesIO
from pathlib import Path

import requests

sys.path.insert(0, sys.argv[1])

from vult_client import AuthenticatedClient, models  # noqa: E402
from vult_client.api.ida import ida_session_create, ida_session_read  # noqa: E402
from vult_client.api.ida_sdk import (  # noqa: E402
    ida_sdk_finalize,
    ida_sdk_liveness_session_generate,
    ida_sdk_liveness_session_process,
)
from vult_client.api.identity import identity_read, identity_status  # noqa: E402
from vult_client.api.idv import (  # noqa: E402
    idv_document_download,
    idv_document_read,
    idv_session_create,
    idv_session_read,
    idv_weights_by_id,
    idv_weights_get,
)
from vult_client.api.idv_sdk import (  # noqa: E402
    idv_sdk_consent_add,
    idv_sdk_document_front_add,
    idv_sdk_document_type_update,
    idv_sdk_finalize,
    idv_sdk_liveness_session_generate,
    idv_sdk_liveness_session_process,
)
from vult_client.types import File  # noqa: E402

BASE, CLIENT = os.environ["BASE_URL"], os.environ["CLIENT_ID"]
SAMPLE = Path(os.environ["SAMPLE"])
PLACE = {"latitude": 45.5, "longitude": -73.6}

form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": os.environ["CLIENT_SECRET"]}
token = requests.post(f"{BASE}/oauth2/token", data=form).json()["access_token"]
client = AuthenticatedClient(base_url=BASE, token=token, timeout=300, raise_on_unexpected_status=True)
DEVICE = {"client": client, "x_client_id": CLIENT}


def picture(name: str) -> bytes:
    return (SAMPLE / name).read_bytes()


def good(answer, kind):
    assert isinstance(answer, kind), answer
    return answer


def liveness(generate, process, session: str, selfie: str) -> None:
    body = models.GenerateLiveness(session_id=session, **PLACE)
    good(generate.sync(body=body, **DEVICE), models.LivenessToken)
    images = [base64.b64encode(picture(selfie)).decode()]
    body = models.ProcessLiveness(session_id=session, images=images, **PLACE)
    good(process.sync(body=body, **DEVICE), models.LivenessToken)


def verified() -> str:
    """One person from consent to decision; the identity they became."""
    new = models.NewSession(liveness_mode=models.LivenessModeE.PASSIVE)
    session = good(idv_session_create.sync(client=client, body=new), models.Created).session_id
    this = models.SessionRef(session_id=session)
    consent = models.Consent(session_id=session, consented=True)
    good(idv_sdk_consent_add.sync(body=consent, **DEVICE), models.Done)
    kind = models.TypeUpdate(session_id=session, document_type_e=models.DocumentTypeE.PASSPORT)
    good(idv_sdk_document_type_update.sync(body=kind, **DEVICE), models.Done)
    image = File(payload=BytesIO(picture("passport.jpg")), file_name="passport.jpg", mime_type="image/jpeg")
    front = models.DocumentImage(session_id=session, latitude="45.5", longitude="-73.6", image=image)
    good(idv_sdk_document_front_add.sync(body=front, **DEVICE), models.Done)
    liveness(idv_sdk_liveness_session_generate, idv_sdk_liveness_session_process, session, "selfie.jpg")
    done = good(idv_sdk_finalize.sync(body=models.Finalize(session_id=session), **DEVICE), models.Finalized)
    read = good(idv_session_read.sync(client=client, body=this), models.Session)
    assert done.verified and read.verified, read.history
    document = good(idv_document_read.sync(client=client, body=this), models.Document)
    assert document.last_name == read.last_name and document.document_number
    file = models.Download(session_id=session, storage_file_type_e=models.StorageFileTypeE.PASSPORT_FRONT)
    jpeg = idv_document_download.sync_detailed(client=client, body=file).content
    assert jpeg[:3] == b"\xff\xd8\xff"
    weights = good(idv_weights_get.sync(client=client), models.Knobs)
    assert good(idv_weights_by_id.sync(id=read.idv_weights_id, client=client), models.Knobs) == weights
    return read.identity_id


def authenticated(identity: str, selfie: str) -> bool:
    new = models.NewAuthentication(identity_id=identity)
    session = good(ida_session_create.sync(client=client, body=new), models.Created).session_id
    this = models.SessionRef(session_id=session)
    liveness(ida_sdk_liveness_session_generate, ida_sdk_liveness_session_process, session, selfie)
    good(ida_sdk_finalize.sync(body=this, **DEVICE), models.Done)
    read = good(ida_session_read.sync(client=client, body=this), models.Authentication)
    assert read.status_e == models.StatusE.COMPLETE, read
    return read.authenticated


identity = verified()
this = models.IdentityRef(identity_id=identity)
assert good(identity_status.sync(client=client, body=this), models.IdentityStatus).verified
people = good(identity_read.sync(client=client, body=models.ReadIdentities(identity_id=identity)), models.IdentitiesRead)
assert people.identities[0].identity_id == identity
print("ok: verified")
assert authenticated(identity, "selfie.jpg") is True
print("ok: the same person is authenticated")
assert authenticated(identity, "other.jpg") is False
print("ok: another person is not")
