#!/usr/bin/env node
// One applicant, by the vendor's own SDK for Node (checkout-sdk-node): a link to be verified by, and their name against the
// lists.
// Wants CHECKOUT_KEY in the environment, a secret key.

import { Checkout } from "checkout-sdk-node";

const cko = new Checkout(process.env.CHECKOUT_KEY);

const { applicants, identityVerifications, amlScreenings } = cko.identities;
const name = "Hannah Bret";
const applicant = await applicants.createApplicant({
  external_applicant_id: "customer-7",
  external_applicant_name: name,
});
console.log("applicant:", applicant.id);

const opened = await identityVerifications.createAndStartIdentityVerification({
  applicant_id: applicant.id,
  declared_data: { name, birth_date: "1990-10-15" },
  redirect_url: "https://shop.example.com/verified",
});
console.log("send her to:", opened._links.verification_url.href);
const now = await identityVerifications.getIdentityVerification(opened.id);
console.log("identity verification:", now.status);

let screening = await amlScreenings.createAMLVerification({
  applicant_id: applicant.id,
  search_parameters: { configuration_identifier: "standard" },
  monitored: true,
});
while (["created", "screening_in_progress"].includes(screening.status)) {
  await new Promise((done) => setTimeout(done, 200));
  screening = await amlScreenings.getAMLScreening(screening.id);
}
console.log("AML verification:", screening.status);
