"""Workflows by the vendor's SDK: made, changed, tested, delivered to a receiver of ours, looked up and sent once more."""

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from checkout_sdk.workflows.workflows import (
    CreateWorkflowRequest,
    EntityWorkflowConditionRequest,
    EventTypesRequest,
    EventWorkflowConditionRequest,
    ReflowByEventsRequest,
    ReflowBySubjectsRequest,
    UpdateWorkflowRequest,
    WebhookSignature,
    WebhookWorkflowActionRequest,
)
from common import NAME, refused

KEY = "8V8x0dLK%AyD*DNS8JJr"
CREATED, CLOSED = "identity_verification_created", "identity_verification_closed"
UNKNOWN = "wf_00000000000000000000000000"


class Receiver:
    """Takes messages on this machine, and refuses those whose signature is wrong."""

    def __init__(self):
        self.messages: list[dict] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                right = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
                if not hmac.compare_digest(self.headers["Cko-Signature"], right):
                    return self.answer(401)
                assert self.headers["Authorization"] == "Bearer 0123456789abcdef"
                receiver.messages.append(json.loads(body))
                return self.answer(200)

            def answer(self, status: int):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]

    def waits_for(self, count: int) -> None:
        until = time.monotonic() + 300
        while len(self.messages) < count:
            assert time.monotonic() < until, f"{len(self.messages)} of {count}: {self.types()}"
            time.sleep(0.05)


def action(url: str) -> WebhookWorkflowActionRequest:
    signature = WebhookSignature()
    signature.method, signature.key = "HMACSHA256", KEY
    request = WebhookWorkflowActionRequest()
    request.url, request.headers, request.signature = url, {"Authorization": "Bearer 0123456789abcdef"}, signature
    return request


def of_types(*types: str) -> EventWorkflowConditionRequest:
    condition = EventWorkflowConditionRequest()
    condition.events = {"identity_verification": list(types)}
    return condition


def verification(api, applicant: str) -> str:
    asked = {"applicant_id": applicant, "declared_data": {"name": NAME}}
    return api.identity_verification.create_identity_verification(asked).id


def workflows(api, applicant: str) -> None:
    flows, receiver = api.workflows, Receiver()
    before = verification(api, applicant)
    new = CreateWorkflowRequest()
    new.name, new.active, new.conditions, new.actions = "SDK", True, [of_types(CREATED)], [action(receiver.url)]
    made = flows.create_workflow(new)
    assert made.http_metadata.status_code == 201 and made.id.startswith("wf_"), vars(made)
    assert made._links.self.href.endswith(f"/workflows/{made.id}")
    try:
        changed(flows, made.id, receiver)
        delivered(api, applicant, made.id, receiver)
        once_more(flows, before, made.id, receiver)
    finally:
        gone = flows.remove_workflow(made.id)
    assert gone.http_metadata.status_code == 204
    refused(404, flows.get_workflow, made.id)
    receiver.server.shutdown()


def changed(flows, workflow: str, receiver: Receiver) -> None:
    assert workflow in [one.id for one in flows.get_workflows().data]
    read = flows.get_workflow(workflow)
    assert (read.name, read.active, len(read.conditions), len(read.actions)) == ("SDK", True, 1, 1), vars(read)
    assert (read.actions[0].url, read.actions[0].signature.key) == (receiver.url, "8V8x0***************")
    assert read.conditions[0].events.identity_verification == [CREATED]
    update = UpdateWorkflowRequest()
    update.name, update.active = "SDK, renamed", True
    assert flows.update_workflow(workflow, update).name == "SDK, renamed"

    second = flows.add_workflow_action(workflow, action("https://example.com/hooks"))
    assert second.http_metadata.status_code == 201 and second.id.startswith("wfa_")
    moved = flows.update_workflow_action(workflow, second.id, action("https://example.com/others"))
    assert moved.url == "https://example.com/others"
    assert flows.remove_workflow_action(workflow, second.id).http_metadata.status_code == 204
    refused(404, flows.remove_workflow_action, workflow, second.id)

    entity = EntityWorkflowConditionRequest()
    entity.entities = ["ent_1"]
    extra = flows.add_workflow_condition(workflow, entity)
    assert extra.http_metadata.status_code == 201 and extra.id.startswith("wfc_")
    entity.entities = ["ent_2"]
    assert flows.update_workflow_condition(workflow, extra.id, entity).entities == ["ent_2"]
    assert flows.remove_workflow_condition(workflow, extra.id).http_metadata.status_code == 204
    assert len(flows.get_workflow(workflow).conditions) == 1
    refused(404, flows.update_workflow, UNKNOWN, update)


def delivered(api, applicant: str, workflow: str, receiver: Receiver) -> None:
    flows = api.workflows
    sources = {source.id: source for source in flows.get_event_types().items}
    assert CREATED in [event.id for event in sources["identity_verification"].events], sources
    test = EventTypesRequest()
    test.event_types = [CLOSED]
    assert flows.test_workflow(workflow, test).http_metadata.status_code == 204
    receiver.waits_for(1)
    assert receiver.messages[0]["type"] == CLOSED and receiver.messages[0]["data"]["test"] is True

    made = verification(api, applicant)
    receiver.waits_for(2)
    message = receiver.messages[1]
    assert (message["type"], message["data"]["identity_verification_id"]) == (CREATED, made), message
    act = flows.get_workflow(workflow).actions[0].id
    until = time.monotonic() + 300
    while (sent := flows.get_action_invocations(message["id"], act)).status == "pending":
        assert time.monotonic() < until, "still pending"
        time.sleep(0.05)
    assert (sent.status, sent.workflow_id, sent.action_type) == ("successful", workflow, "webhook"), vars(sent)
    attempt = sent.action_invocations[0]
    assert attempt.succeeded and attempt.final and attempt.result_details.status_code == 200, vars(attempt)
    event = flows.get_event(message["id"])
    assert (event.type, event.source) == (CREATED, "identity_verification")
    assert event.data.identity_verification_id == made
    assert act in [one.workflow_action_id for one in event.action_invocations]
    told = flows.get_subject_events(made)
    assert [one.id for one in told.data] == [message["id"]], vars(told)


def once_more(flows, subject: str, workflow: str, receiver: Receiver) -> None:
    """Of a verification that is older than the workflow."""
    event = flows.get_subject_events(subject).data[0].id
    by_events, by_subjects = ReflowByEventsRequest(), ReflowBySubjectsRequest()
    by_events.events, by_events.workflows = [event], [workflow]
    by_subjects.subjects, by_subjects.workflows = [subject], [workflow]
    for reflow, asked in (
        (flows.reflow_by_event, (event,)),
        (flows.reflow_by_event_and_workflow, (event, workflow)),
        (flows.reflow_by_subject, (subject,)),
        (flows.reflow_by_subject_and_workflow, (subject, workflow)),
        (flows.reflow, (by_events,)),
        (flows.reflow, (by_subjects,)),
    ):
        count = len(receiver.messages)
        assert reflow(*asked).http_metadata.status_code == 202
        receiver.waits_for(count + 1)
        assert receiver.messages[-1]["id"] == event, "under the id it had"
    refused(404, flows.reflow_by_event, "evt_00000000000000000000000000")
