//! Which operations of the APIs do the same, for the links between their pages.

/// An API and the id of one of its operations.
pub(super) type Name = (&'static str, &'static str);

/// Each row is one thing that can be done, and the operations that do it.
pub(super) const EQUAL: &[&[Name]] = &[
    // Create a verification
    &[
        ("athenty", "createRequest"),
        ("checkout", "createIdentityVerification"),
        ("verifyhq", "identity_verification_start"),
        ("vult", "idv_session_create"),
    ],
    // Read it
    &[
        ("athenty", "getRequest"),
        ("checkout", "getIdentityVerification"),
        ("console", "verification_read"),
        ("verifyhq", "identity_verification_read"),
        ("vult", "idv_session_read"),
    ],
    // List them
    &[
        ("athenty", "listRequests"),
        ("console", "verifications_list"),
        ("verifyhq", "identity_verifications_list"),
        ("vult", "idv_session_list"),
    ],
    // Forget whom it is about
    &[("checkout", "anonymizeIdentityVerification"), ("vult", "idv_session_anonymize")],
    // Its report
    &[("checkout", "getIdentityVerificationReport"), ("console", "verification_report")],
    // Authenticate somebody who is known
    &[("checkout", "createFaceAuthentication"), ("vult", "ida_session_create")],
    &[("checkout", "getFaceAuthentication"), ("vult", "ida_session_read")],
    // The organization's own record of the person
    &[("athenty", "createClient"), ("checkout", "createApplicant")],
    &[("athenty", "getClient"), ("checkout", "getApplicant")],
    &[("athenty", "updateClient"), ("checkout", "updateApplicant")],
    // Whether somebody is on a list
    &[("checkout", "getAmlVerification"), ("console", "aml_read")],
    // A human decides
    &[("console", "verification_review"), ("verifyhq", "identity_verification_review")],
    // On the person's device: what is wanted
    &[("capture", "capture_session_read"), ("vult", "idv_sdk_session_read")],
    // The person's consent
    &[("capture", "capture_session_consent"), ("vult", "idv_sdk_consent_add")],
    // Pictures of the document
    &[("capture", "capture_document_front"), ("vult", "idv_sdk_document_front_add")],
    &[("capture", "capture_document_back"), ("vult", "idv_sdk_document_back_add")],
    // Opening a capture of the face, and answering it
    &[
        ("capture", "capture_face_challenge"),
        ("verifyhq", "liveness_session_create"),
        ("vult", "idv_sdk_liveness_session_generate"),
    ],
    &[("capture", "capture_face"), ("vult", "idv_sdk_liveness_session_process")],
    // Handing in
    &[("capture", "capture_session_submit"), ("vult", "idv_sdk_finalize")],
    // Where events are sent
    &[
        ("checkout", "createWorkflow"),
        ("console", "webhook_create"),
        ("verifyhq", "webhook_configure"),
        ("vult", "webhook_create"),
    ],
    &[
        ("checkout", "listWorkflows"),
        ("console", "webhooks_list"),
        ("verifyhq", "webhooks_list"),
        ("vult", "webhook_list"),
    ],
    &[
        ("checkout", "deleteWorkflow"),
        ("console", "webhook_delete"),
        ("verifyhq", "webhook_delete"),
        ("vult", "webhook_delete"),
    ],
    &[("checkout", "reflow"), ("console", "webhook_replay")],
    // Who may call
    &[("console", "key_create"), ("verifyhq", "api_client_create")],
    &[("checkout", "requestAccessToken"), ("vult", "oauth2_token")],
];

/// The operations of other APIs that do what this one does.
pub(super) fn equal_to(api: &str, id: &str) -> impl Iterator<Item = Name> {
    let rows = EQUAL.iter().filter(move |row| row.contains(&(api, id)));
    rows.flat_map(|row| row.iter().copied()).filter(move |(other, _)| *other != api)
}
