"""AML screenings by the vendor's SDK. No list was imported, so nobody is cleared: somebody has to look."""

from common import refused, settled


def screened(api, applicant: str) -> None:
    aml = api.aml_screening
    asked = {
        "applicant_id": applicant,
        "search_parameters": {"configuration_identifier": "iscr_standard"},
        "monitored": True,
    }
    made = aml.create_aml_screening(asked)
    assert made.http_metadata.status_code == 201 and made.id.startswith("amlv_"), vars(made)
    assert (made.applicant_id, made.monitored) == (applicant, True), vars(made)
    assert made.search_parameters.configuration_identifier == "iscr_standard"
    done = settled(aml.get_aml_screening, made.id, "created", "screening_in_progress")
    assert done.status == "review_required", vars(done)
    refused(404, aml.create_aml_screening, asked | {"applicant_id": "aplt_00000000000000000000000000"})
    refused(404, aml.get_aml_screening, "amlv_00000000000000000000000000")
