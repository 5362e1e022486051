#!/usr/bin/env python3
"""One applicant, by the vendor's own SDK for Python (checkout-sdk): a link to be verified by, and their name against the
lists.

Wants CHECKOUT_KEY in the environment, a secret key.
"""

import os
import time

from checkout_sdk.checkout_sdk import CheckoutSdk
from checkout_sdk.environment import Environment

environment = Environment.sandbox()
api = (
    CheckoutSdk.builder()
    .secret_key(os.environ["CHECKOUT_KEY"])
    .environment(environment)
    .use_legacy_domain()
    .build()
)

name = "Hannah Bret"
applicant = api.applicants.create_applicant({"external_applicant_id": "customer-7", "external_applicant_name": name})
print("applicant:", applicant.id)

opened = api.identity_verification.create_identity_verification_and_attempt(
    {
        "applicant_id": applicant.id,
        "declared_data": {"name": name, "birth_date": "1990-10-15"},
        "redirect_url": "https://shop.example.com/verified",
    }
)
print("send her to:", opened._links.verification_url.href)
print("identity verification:", api.identity_verification.get_identity_verification(opened.id).status)

screening = api.aml_screening.create_aml_screening(
    {
        "applicant_id": applicant.id,
        "search_parameters": {"configuration_identifier": "standard"},
        "monitored": True,
    }
)
while screening.status in ("created", "screening_in_progress"):
    time.sleep(0.2)
    screening = api.aml_screening.get_aml_screening(screening.id)
print("AML verification:", screening.status)
