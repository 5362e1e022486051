//! Who somebody is by the caller's word.

use bonafide_core::{
    country::country,
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_engine::verifications::DeclaredIdentity;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Who the person is, as you know them. Name and birth date have to be those of the document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct NewDeclaredData {
    /// In full.
    #[schema(min_length = 2, max_length = 255, example = "Hannah Bret")]
    name: String,
    #[schema(format = Date, max_length = 10)]
    birth_date: Option<String>,
    phone_number: Option<PhoneNumber>,
    #[schema(format = IdnEmail, max_length = 254)]
    email: Option<String>,
    address: Option<Address>,
}

/// Who the holder of a document is, as you know them: it has to say the same.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHolder {
    /// In full.
    #[schema(min_length = 2, max_length = 255, example = "Hannah Bret")]
    name: String,
    #[schema(format = Date, max_length = 10)]
    birth_date: Option<String>,
}

/// Who lives where, as you know it: a document that shows it has to say the same.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewResident {
    /// In full; of several whom the document names one.
    #[schema(min_length = 2, max_length = 255, example = "Hannah Bret")]
    name: String,
    /// Kept; bills and letters do not tell it.
    #[schema(format = Date, max_length = 10)]
    birth_date: Option<String>,
    /// Nothing is compared with it when absent.
    address: Option<Address>,
}

impl From<NewResident> for NewDeclaredData {
    fn from(NewResident { name, birth_date, address }: NewResident) -> Self {
        Self { name, birth_date, phone_number: None, email: None, address }
    }
}

impl From<NewHolder> for NewDeclaredData {
    fn from(NewHolder { name, birth_date }: NewHolder) -> Self {
        Self { name, birth_date, phone_number: None, email: None, address: None }
    }
}

/// The same in an answer: what you said; nothing after the person was anonymized.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct DeclaredData {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Hannah Bret")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phone_number: Option<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address: Option<Address>,
}

#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct PhoneNumber {
    #[schema(min_length = 2, max_length = 8, pattern = r"^\+[0-9]{1,7}$", example = "+44")]
    country_code: String,
    /// Up to 14 digits; spaces and hyphens between them are dropped.
    #[schema(
        min_length = 1,
        max_length = 27,
        pattern = r"^[0-9]([ -]?[0-9]){0,13}$",
        example = "7432229615"
    )]
    number: String,
}

impl PhoneNumber {
    /// As it is kept.
    pub(crate) fn normal(self) -> Self {
        let number = self.number.chars().filter(char::is_ascii_digit).collect();
        Self { number, ..self }
    }

    fn in_full(&self) -> String {
        format!("{}{}", self.country_code, self.number)
    }
}

#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 250)]
    address_line1: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 250)]
    address_line2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    zip: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$", example = "GB")]
    country: Option<String>,
}

impl Address {
    /// Without its country, which documents leave out at home; none where nothing else is known.
    fn in_one_line(&self) -> Option<String> {
        let parts = [&self.address_line1, &self.address_line2, &self.zip, &self.city, &self.state];
        let parts: Vec<&str> =
            parts.into_iter().flatten().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// What is kept of a verification's request under its person's key, beside name and birth date.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number: Option<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<Address>,
    /// Where the person goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_url: Option<String>,
    /// The number that was given beside what was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<PhoneNumber>,
}

impl Kept {
    pub(crate) fn of(declared: &DeclaredIdentity) -> Self {
        serde_json::from_value(declared.rest.clone()).unwrap_or_default()
    }
}

impl NewDeclaredData {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The number to reach the person by.
    pub(crate) fn phone(&self) -> Option<String> {
        self.phone_number.clone().map(|number| number.normal().in_full())
    }

    /// What a schema cannot say.
    pub(crate) fn check(&self, now: Timestamp, problems: &mut Vec<Problem>) {
        if self.name.trim().chars().count() < 2 {
            let message = "must have at least 2 characters that are no spaces";
            problems.push(Problem::new("declared_data.name", Rule::Pattern, message));
        }
        if self.birth_date.as_deref().and_then(Timestamp::start_of_day).is_some_and(|born| born > now) {
            problems.push(Problem::new("declared_data.birth_date", Rule::Range, "must not be in the future"));
        }
        let of_address = self.address.as_ref().and_then(|address| address.country.as_deref());
        check_country("declared_data.address.country", of_address, problems);
    }

    /// For the engine; `kept` is what else is to be known of the request later.
    pub(crate) fn declared(self, kept: Kept) -> DeclaredIdentity {
        let address = self.address.as_ref().and_then(Address::in_one_line);
        let rest = Kept {
            phone_number: self.phone_number.map(PhoneNumber::normal),
            email: self.email,
            address: self.address,
            ..kept
        };
        DeclaredIdentity {
            name: self.name.trim().to_owned(),
            birth_date: self.birth_date.as_deref().and_then(Timestamp::start_of_day).map(Timestamp::date),
            address,
            rest: json!(rest),
        }
    }
}

impl DeclaredData {
    pub(crate) fn of(declared: &DeclaredIdentity) -> Self {
        let Kept { phone_number, email, address, .. } = Kept::of(declared);
        Self {
            name: Some(declared.name.clone()),
            birth_date: declared.birth_date.map(|born| born.to_string()),
            phone_number,
            email,
            address,
        }
    }
}

/// A code that is no country's is refused.
pub(crate) fn check_country(field: &str, code: Option<&str>, problems: &mut Vec<Problem>) {
    if code.is_some_and(|code| country(code).is_none_or(|known| known.code != code)) {
        let message = "must be a country as ISO 3166-1 alpha-2 has it, two capital letters";
        problems.push(Problem::new(field, Rule::Format, message));
    }
}
