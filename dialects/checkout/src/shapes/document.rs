//! The document of a verification, and who it says the person is.

use bonafide_core::{
    country::{country, of_documents},
    document::{DocumentReading, FieldName},
    evidence::EvidenceKind,
    id::EvidenceId,
    time::Timestamp,
    verification::Status,
};
use bonafide_engine::{evidence::signed::Signer, verifications::View};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::words::{self, DocumentKind, Gender};

/// What was read from a document; what is not on it, or could not be read, is left out. Links to pictures are good for a
/// quarter of an hour.
#[derive(Serialize, ToSchema)]
pub(crate) struct Document {
    document_type: DocumentKind,
    /// ISO 3166-1 alpha-2; where the document names no country, the code that it has.
    #[schema(example = "US")]
    document_issuing_country: String,
    #[schema(format = "uri-reference")]
    front_image_signed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri-reference")]
    back_image_signed_url: Option<String>,
    #[serde(flatten)]
    holder: Holder,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    personal_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tax_identification_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    document_expiry_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    document_issue_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document_issue_place: Option<String>,
    /// The lines of the machine readable zone, each with a line break behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document_mrz: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    permit_obtaining_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    permit_expiry_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    permit_type_detailed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    permit_type_remarks: Option<String>,
}

/// Who the document says that its holder is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Holder {
    #[schema(example = "Hannah Bret")]
    full_name: String,
    #[schema(format = Date, example = "1934-10-02")]
    birth_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    first_names: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_name_at_birth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    birth_place: Option<String>,
    /// ISO 3166-1 alpha-2; where the document names no country, the code that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    nationality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gender: Option<Gender>,
}

/// The face of the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Face {
    /// Good for a quarter of an hour.
    #[schema(format = "uri-reference")]
    image_signed_url: String,
}

/// What a reading says in this API's terms.
struct Read<'a>(&'a DocumentReading);

impl Read<'_> {
    fn text(&self, name: FieldName) -> Option<String> {
        Some(self.0.get(name)?.value.clone())
    }

    fn joined(&self, names: &[FieldName], between: &str) -> Option<String> {
        let parts: Vec<String> = names.iter().filter_map(|name| self.text(*name)).collect();
        (!parts.is_empty()).then(|| parts.join(between))
    }

    /// A day; what is only part of one is left out.
    fn date(&self, name: FieldName) -> Option<String> {
        self.text(name).filter(|text| Timestamp::start_of_day(text).is_some())
    }

    fn first_names(&self) -> Option<String> {
        self.joined(&[FieldName::FirstName, FieldName::MiddleName], " ")
    }

    fn full_name(&self) -> Option<String> {
        let names = [FieldName::FirstName, FieldName::MiddleName, FieldName::LastName, FieldName::NameSuffix];
        self.joined(&names, " ").or_else(|| self.text(FieldName::FullName))
    }

    fn address(&self) -> Option<String> {
        let parts = [FieldName::Street, FieldName::City, FieldName::State, FieldName::PostalCode];
        self.text(FieldName::Address).or_else(|| self.joined(&parts, ", "))
    }

    fn nationality(&self) -> Option<String> {
        self.text(FieldName::Nationality).map(alpha2)
    }

    fn gender(&self) -> Option<Gender> {
        words::gender(&self.0.get(FieldName::Gender)?.value)
    }

    fn issuer(&self) -> Option<String> {
        self.0.issuer.clone().or_else(|| self.text(FieldName::IssuingCountry)).map(alpha2)
    }
}

/// ISO 3166-1 alpha-2 of a code that documents have; that code where there is none.
fn alpha2(code: String) -> String {
    match of_documents(&code).and_then(country) {
        Some(known) => known.code.to_owned(),
        None => code,
    }
}

impl Holder {
    /// None without a name and a birth date, which are required.
    fn of(read: &Read<'_>) -> Option<Self> {
        Some(Self {
            full_name: read.full_name()?,
            birth_date: read.date(FieldName::BirthDate)?,
            first_names: read.first_names(),
            last_name: read.text(FieldName::LastName),
            last_name_at_birth: read.text(FieldName::BirthName),
            birth_place: read.text(FieldName::BirthPlace),
            nationality: read.nationality(),
            gender: read.gender(),
        })
    }

    /// Who the person is. None before they were approved, and after they were anonymized.
    pub(crate) fn verified(view: &View) -> Option<Self> {
        let reading = view.private.as_ref()?.reading.as_ref()?;
        if view.status == Status::Approved { Self::of(&Read(reading)) } else { None }
    }
}

/// The pictures that the last decision was made of, none before it.
fn judged(view: &View) -> impl Fn(EvidenceKind) -> Option<EvidenceId> {
    let told = match view.status {
        Status::Approved | Status::Declined | Status::RetryRequired | Status::Inconclusive => true,
        Status::Created
        | Status::Pending
        | Status::Capturing
        | Status::Processing
        | Status::ReviewRequired
        | Status::Refused
        | Status::Canceled
        | Status::Expired => false,
    };
    let handed_in = view.private.as_ref().and_then(|private| private.handed_in.as_ref()).filter(|_| told);
    move |kind| {
        let given = view.evidence(kind)?;
        handed_in.filter(|handed_in| handed_in.evidence.contains(&given.id)).map(|_| given.id)
    }
}

/// Whether there are pictures to make links to.
pub(crate) fn has_pictures(view: &View) -> bool {
    let picture = judged(view);
    [EvidenceKind::DocumentFront, EvidenceKind::Selfie].into_iter().any(|kind| picture(kind).is_some())
}

impl Document {
    /// None until there is a decision, where neither name nor birth date could be read, and after the person was
    /// anonymized.
    pub(crate) fn of(view: &View, signer: &Signer) -> Result<Option<Self>> {
        let picture = judged(view);
        let link = |kind| picture(kind).map(|id| signer.link(view.id, id)).transpose();
        let reading = view.private.as_ref().and_then(|private| private.reading.as_ref());
        let (Some(reading), Some(front)) = (reading, link(EvidenceKind::DocumentFront)?) else {
            return Ok(None);
        };
        let back = link(EvidenceKind::DocumentBack)?;
        let read = Read(reading);
        let (Some(issuer), Some(holder)) = (read.issuer(), Holder::of(&read)) else { return Ok(None) };
        let mrz = reading.mrz.as_ref().filter(|lines| !lines.is_empty());
        Ok(Some(Self {
            document_type: words::document_type(view.document_type),
            document_issuing_country: issuer,
            front_image_signed_url: front,
            back_image_signed_url: back,
            holder,
            personal_number: read.text(FieldName::PersonalNumber),
            tax_identification_number: read.text(FieldName::TaxNumber),
            document_number: read.text(FieldName::DocumentNumber),
            document_expiry_date: read.date(FieldName::ExpiresAt),
            document_issue_date: read.date(FieldName::IssuedAt),
            document_issue_place: read.text(FieldName::IssuePlace),
            document_mrz: mrz.map(|lines| lines.iter().map(|line| format!("{line}\n")).collect()),
            address: read.address(),
            permit_obtaining_date: read.date(FieldName::PermitObtainedAt),
            permit_expiry_date: read.date(FieldName::PermitExpiresAt),
            permit_type_detailed: read.text(FieldName::PermitType),
            permit_type_remarks: read.text(FieldName::PermitRemarks),
        }))
    }
}

impl Face {
    pub(crate) fn of(view: &View, signer: &Signer) -> Result<Option<Self>> {
        let picture = judged(view)(EvidenceKind::Selfie);
        let link = picture.map(|id| signer.link(view.id, id)).transpose()?;
        Ok(link.map(|image_signed_url| Self { image_signed_url }))
    }
}
