"""What there is in the Checkout API, so that not everything that the tester asks for is unknown."""

import base64
import os
from pathlib import Path
from urllib.parse import urlsplit

import requests

URL = "https://example.com/hooks"
JOURNEY = "usj_" + "0" * 26
# Of applicants whose verifications a sandbox approves.
APPROVED = "eaplt_10000" + "0" * 21
EVENT = "identity_verification_created"
SAMPLE = Path(os.environ["SAMPLE"], "portrait.jpg").read_bytes()
PICTURE = base64.b64encode(SAMPLE).decode()
# Values of members that no document can describe.
VALUES = {
    "user_journey_id": JOURNEY,
    "redirect_url": URL,
    "webhook_url": URL,
    "url": URL,
    "headers": {},
    "event_types": [EVENT],
    "entities": ["ent_1"],
    "processing_channels": ["pc_1"],
    "country": "FR",
    "pre_selected_residence_country": "FR",
    "pre_selected_document_issuing_country": "FR",
    "document_issuing_country": "FR",
    "birth_date": "1990-01-31",
    "document_front": PICTURE,
    "document_back": PICTURE,
    "document": PICTURE,
}
# What each type of condition asks for.
CONDITIONS = {
    "event": {"events": {"identity_verification": [EVENT]}},
    "entity": {"entities": ["ent_1"]},
    "processing_channel": {"processing_channels": ["pc_1"]},
}


class There:
    """Made when it is asked for, and anew after something took it away."""

    def __init__(self):
        self.known: dict[str, str] = {}
        self.session = requests.Session()

    def ask(self, method: str, path: str, key: str | None = None, **more) -> dict:
        """Our own requests, which have to succeed."""
        headers = {"Authorization": f"Bearer {key or os.environ['API_KEY']}"}
        answer = self.session.request(method, os.environ["BASE_URL"] + path, headers=headers, timeout=300, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def post(self, path: str, body: dict) -> dict:
        return self.ask("POST", path, json=body)

    def get(self, name: str) -> str:
        if name not in self.known:
            self.known |= getattr(self, f"make_{name.removesuffix('_id')}")()
        return self.known[name]

    def make_applicant(self) -> dict[str, str]:
        """Who was approved, so that their face is known."""
        about = {"external_applicant_id": APPROVED, "external_applicant_name": "Hannah Bret"}
        applicant = self.post("/applicants", about)["id"]
        asked = {"applicant_id": applicant, "declared_data": {"name": "Hannah Bret"}, "redirect_url": URL}
        made = self.post("/create-and-open-idv", asked)
        link = urlsplit(made["_links"]["verification_url"]["href"])
        token = self.post("/capture/token", {"link": link.fragment})["token"]
        place = {"latitude": 45.5, "longitude": -73.6}
        self.ask("POST", "/capture/session/consent", token, json={"given": True})
        files = {"image": ("a.jpg", SAMPLE, "image/jpeg")}
        self.ask("POST", "/capture/steps/document/front", token, files=files, data=place)
        self.ask("POST", "/capture/steps/biometric_face/challenge", token, json=place)
        frames = {"frames": [{"image": PICTURE, "at_ms": 900}], **place}
        self.ask("POST", "/capture/steps/biometric_face", token, json=frames)
        self.ask("POST", "/capture/session/submit", token, json={})
        return {"applicant_id": applicant, "approved_id": made["id"]}

    def make_identity_verification(self) -> dict[str, str]:
        asked = {"applicant_id": self.get("applicant_id"), "declared_data": {"name": "Hannah Bret"}}
        made = self.post("/identity-verifications", asked)["id"]
        attempt = self.post(f"/identity-verifications/{made}/attempts", {"redirect_url": URL})["id"]
        event = self.ask("GET", f"/workflows/events/subject/{made}")["data"][0]["id"]
        known = {"identity_verification_id": made, "subject_id": made, "event_id": event}
        return known | {"identity-verifications attempt": attempt}

    make_subject = make_event = make_identity_verification

    def make_face_authentication(self) -> dict[str, str]:
        asked = {"applicant_id": self.get("applicant_id"), "user_journey_id": JOURNEY}
        made = self.post("/face-authentications", asked)["id"]
        attempt = self.post(f"/face-authentications/{made}/attempts", {"redirect_url": URL})["id"]
        return {"face_authentication_id": made, "face-authentications attempt": attempt}

    def untried(self, path: str) -> str:
        """One that no document was brought for."""
        asked = {"applicant_id": self.get("applicant_id"), "user_journey_id": JOURNEY}
        return self.post(f"/{path}", asked)["id"]

    def brought(self, path: str, name: str, pictures: dict) -> dict[str, str]:
        made = self.untried(path)
        attempt = self.post(f"/{path}/{made}/attempts", pictures)["id"]
        return {name: made, f"{path} attempt": attempt}

    def make_id_document_verification(self) -> dict[str, str]:
        pictures = {"document_front": PICTURE}
        return self.brought("id-document-verifications", "id_document_verification_id", pictures)

    def make_address_document_verification(self) -> dict[str, str]:
        pictures = {"document": PICTURE}
        return self.brought("address-document-verifications", "address_document_verification_id", pictures)

    def make_aml_verification(self) -> dict[str, str]:
        search = {"configuration_identifier": "iscr_standard"}
        asked = {"applicant_id": self.get("applicant_id"), "search_parameters": search}
        return {"aml_verification_id": self.post("/aml-verifications", asked)["id"]}

    def make_workflow(self) -> dict[str, str]:
        """With an action that was told of an event."""
        # An organization has at most 100.
        if len(all := self.ask("GET", "/workflows")["data"]) > 80:
            for one in all:
                self.ask("DELETE", f"/workflows/{one['id']}")
        action, condition = {"type": "webhook", "url": URL}, {"type": "event", **CONDITIONS["event"]}
        made = self.post("/workflows", {"name": "There", "conditions": [condition], "actions": [action]})["id"]
        read = self.ask("GET", f"/workflows/{made}")
        known = {"workflow_id": made, "action_id": read["actions"][0]["id"]}
        return self.make_identity_verification() | known | {"condition_id": read["conditions"][0]["id"]}

    make_action = make_condition = make_workflow

    def forget(self, *names: str) -> None:
        for name in names:
            self.known.pop(name, None)

    def give(self, case) -> None:
        """Puts what there is into a request."""
        path, resource = case.operation.path, case.operation.path.strip("/").split("/")[0]
        is_post = case.operation.method.upper() == "POST"
        if "{subject_id}" in path and "{workflow_id}" not in path or resource == "identity-verifications":
            self.get("identity_verification_id")
        for name in case.path_parameters or {}:
            if resource.endswith("document-verifications") and path.endswith("/attempts") and is_post:
                case.path_parameters[name] = self.untried(resource)
            elif name == "attempt_id":
                self.get(resource[:-1].replace("-", "_") + "_id")
                case.path_parameters[name] = self.known[f"{resource} attempt"]
            elif path.endswith("/pdf-report") and resource == "identity-verifications":
                self.get("applicant_id")
                case.path_parameters[name] = self.known["approved_id"]
            elif hasattr(self, f"make_{name.removesuffix('_id')}"):
                case.path_parameters[name] = self.get(name)
        # What is put into a form, the tester takes for wrong afterwards.
        if isinstance(case.body, dict) and case.media_type != "multipart/form-data":
            case.body = self.with_values(case.body)
        if case.operation.method.upper() == "DELETE":
            self.forget("workflow_id", "action_id", "condition_id")
        elif path.endswith("/anonymize"):
            self.known.clear()
        elif path.endswith("/attempts") and is_post:
            # The one before ends.
            self.forget("identity_verification_id", "face_authentication_id")

    def with_values(self, value):
        if isinstance(value, list):
            return [self.with_values(item) for item in value]
        if not isinstance(value, dict):
            return value
        new = {}
        for name, of in value.items():
            if name == "applicant_id":
                new[name] = self.get(name)
            elif name in ("events", "subjects", "workflows") and isinstance(of, list):
                new[name] = [self.get(f"{name[:-1]}_id")]
            elif name in VALUES and of is not None:
                new[name] = VALUES[name]
            else:
                new[name] = self.with_values(of)
        if value.get("type") in CONDITIONS:
            new |= CONDITIONS[value["type"]]
        return new
