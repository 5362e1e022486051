//! What one card says, and its values in the forms of the product.

use std::collections::BTreeMap;

use bonafide_core::document::{DocumentType, FieldName};

use super::{
    issuers::{self, Issuer, issuer},
    values,
};

/// The data of one card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Licence {
    /// The issuer identification number of the header, six digits.
    pub iin: Option<String>,
    /// The AAMVA version of the header; `None` for forms without a header and for the magnetic stripe.
    pub version: Option<u8>,
    /// By the designator of the sub-file: `DL` and `EN` are licences, `ID` is an identification card.
    pub document_type: DocumentType,
    /// The data elements as printed, by their three-letter identifier. Jurisdiction-specific elements
    /// (`Z..`) have no common meaning and are left out.
    pub elements: BTreeMap<String, String>,
}

/// Why a text is not a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the text is not AAMVA driver's licence data")]
    NotAamva,
    #[error("the AAMVA data holds no data elements")]
    Empty,
}

impl Licence {
    /// Who issued it, by the IIN of the header, else by the jurisdiction of the address.
    pub fn issuer(&self) -> Option<&'static Issuer> {
        self.iin
            .as_deref()
            .and_then(|iin| issuer(iin.parse().ok()?))
            .or_else(|| issuers::by_state(&self.first_of(&["DAJ", "DAO"])?))
    }

    /// Whether the issuer cut this name to fit (elements DDE, DDF and DDG); `None` where it does not say.
    pub fn truncated(&self, name: FieldName) -> Option<bool> {
        let indicator = match name {
            FieldName::LastName => "DDE",
            FieldName::FirstName => "DDF",
            FieldName::MiddleName => "DDG",
            _ => return None,
        };
        match self.elements.get(indicator)?.trim() {
            "T" | "t" => Some(true),
            "N" | "n" => Some(false),
            _ => None,
        }
    }

    /// The values in the forms of [`FieldName`]. Text is upper case, as licences print it; placeholders
    /// such as `NONE` and values that do not follow their format are left out.
    pub fn fields(&self) -> BTreeMap<FieldName, String> {
        let mut fields = BTreeMap::new();
        let mut set = |name, value: Option<String>| {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                fields.insert(name, value);
            }
        };
        let issuer = self.issuer();
        let country = self.first_of(&["DCG"]).and_then(|c| values::country(&c));
        let country = country.or(issuer.map(|i| i.country));

        let name = self.name();
        set(FieldName::LastName, name.last);
        set(FieldName::FirstName, name.first);
        set(FieldName::MiddleName, name.middle);
        set(FieldName::NameSuffix, name.suffix);

        set(FieldName::DocumentNumber, self.first_of(&["DAQ"]));
        set(FieldName::RefNumber, self.first_of(&["DCF"]));
        set(FieldName::IssuingCountry, country.map(str::to_owned));
        set(FieldName::IssuingState, issuer.map(|i| i.state.to_owned()));

        set(FieldName::BirthDate, self.date("DBB"));
        set(FieldName::IssuedAt, self.date("DBD"));
        set(FieldName::ExpiresAt, self.date("DBA"));
        set(FieldName::BirthPlace, self.first_of(&["DCI"]));
        set(FieldName::Gender, self.value("DBC").and_then(|v| values::gender(&v)).map(str::to_owned));

        // The first address is where mail goes; the second, where the person lives, where only that is printed.
        set(FieldName::Street, self.first_of(&["DAG", "DAL"]));
        set(FieldName::City, self.first_of(&["DAI", "DAN"]));
        set(FieldName::State, self.first_of(&["DAJ", "DAO"]));
        let postal = self.first_of(&["DAK", "DAP"]);
        set(FieldName::PostalCode, postal.and_then(|p| values::postal_code(&p, country)));

        let height = self.value("DAU").and_then(|h| values::height(&h));
        set(FieldName::Height, height.or_else(|| self.value("DAV").and_then(|h| values::centimetres(&h))));
        let weight = self.value("DAW").and_then(|w| values::weight(&w, "lb"));
        set(FieldName::Weight, weight.or_else(|| self.value("DAX").and_then(|w| values::weight(&w, "kg"))));
        set(FieldName::EyeColor, self.value("DAY").and_then(|c| values::eye_colour(&c)).map(str::to_owned));
        set(FieldName::HairColor, self.value("DAZ").and_then(|c| values::hair_colour(&c)).map(str::to_owned));

        set(FieldName::Class, self.first_of(&["DCA", "DAR"]));
        set(FieldName::Restrictions, self.first_of(&["DCB", "DAS"]));
        set(FieldName::Mentions, self.first_of(&["DCD", "DAT"]));
        fields
    }

    /// An element's text, trimmed.
    fn value(&self, element: &str) -> Option<String> {
        self.elements.get(element).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    /// The first of these elements that says something, in upper case.
    fn first_of(&self, elements: &[&str]) -> Option<String> {
        elements.iter().find_map(|e| values::text(self.elements.get(*e)?))
    }

    fn date(&self, element: &str) -> Option<String> {
        values::date(self.elements.get(element)?).map(|d| d.to_string())
    }

    /// The parts of the name, from their own elements where these are there, else from the combined ones.
    fn name(&self) -> values::Name {
        let mut name = self.elements.get("DAA").map(|v| values::full_name(v)).unwrap_or_default();
        if let Some(given) = self.elements.get("DCT") {
            (name.first, name.middle) = values::given_names(given);
        }
        let own = |element| values::name(self.elements.get(element)?);
        if let Some(last) = own("DCS").or_else(|| own("DAB")) {
            name.last = Some(last);
        }
        if let Some(first) = own("DAC") {
            name.first = Some(first);
            name.middle = None;
        }
        if self.elements.contains_key("DAD") && self.elements.contains_key("DAC") {
            name.middle = own("DAD");
        }
        if let Some(suffix) = self.first_of(&["DCU", "DAE"]) {
            name.suffix = Some(suffix);
        }
        // Behind another name where it has no element of its own, or as well.
        for part in [&mut name.last, &mut name.middle, &mut name.first] {
            if let Some((rest, suffix)) = part.as_deref().and_then(values::without_suffix)
                && name.suffix.as_deref().is_none_or(|s| s.trim_end_matches('.') == suffix)
            {
                (*part, name.suffix) = (Some(rest), Some(suffix));
            }
        }
        // "MARY E" with an empty middle name: a lone last letter is a middle initial.
        let no_middle = self.elements.get("DAD").is_none_or(|m| m.trim().is_empty());
        if let (true, None, Some(first)) = (no_middle, &name.middle, &name.first)
            && let Some((given, initial)) = first.rsplit_once(' ')
            && initial.chars().count() == 1
        {
            (name.middle, name.first) = (Some(initial.to_owned()), Some(given.trim().to_owned()));
        }
        name
    }
}
