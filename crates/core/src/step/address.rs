//! A postal address: which parts a country's addresses have, and how its postal codes are written.

mod forms;
mod regions;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::forms::{AddressForm, PartUse, form};
use super::judge::Judge;
use crate::problem::Rule;

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepAddress)]
pub struct Address {
    /// House and street.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub line1: String,
    /// Flat, floor, care of.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub line2: Option<String>,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub city: Option<String>,
    /// Province, state, prefecture: of Canada, the United States and Australia its code or its name.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub region: Option<String>,
    #[schema(min_length = 1, max_length = 16, pattern = r"\S")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    pub country: String,
}

impl Address {
    pub(super) fn judge(&self, at: &str, judge: &mut Judge<'_>) {
        judge.country(format!("{at}.country"), Some(&self.country));
        judge.name(format!("{at}.line1"), &self.line1);
        let form = form(&self.country);
        let parts = [
            ("line2", PartUse::Optional, &self.line2),
            ("city", form.city, &self.city),
            ("region", form.region, &self.region),
            ("postal_code", form.postal_code, &self.postal_code),
        ];
        for (part, used, value) in parts {
            let field = format!("{at}.{part}");
            match (used, value) {
                (PartUse::Required, None) => judge.required(field, false),
                (PartUse::Unused, Some(_)) => {
                    judge.wrong(field, Rule::Other, "must be left out: addresses of this country have none");
                }
                (_, Some(text)) => judge.name(field, text),
                (_, None) => {}
            }
        }
        let region = self.region.as_deref();
        if region.is_some_and(|region| regions::code(&self.country, region) == Err(regions::Unknown)) {
            let message = "must be the code or the name of a part of this country";
            judge.wrong(format!("{at}.region"), Rule::Enum, message);
        }
        let code = self.postal_code.as_deref().filter(|_| form.postal_code != PartUse::Unused);
        if code.is_some_and(|code| forms::postal_code(&self.country, code).is_none()) {
            let message = match form.example {
                Some(example) => format!("is not a postal code of this country; write it like {example}"),
                None => "must hold letters, digits, spaces and hyphens only".to_owned(),
            };
            judge.wrong(format!("{at}.postal_code"), Rule::Pattern, message);
        }
    }

    /// Puts it into the one form in which it is kept and compared: single spaces, the region's code, the postal code in upper
    /// case and spaced as the country does.
    pub fn normalize(&mut self) {
        self.country = self.country.trim().to_ascii_uppercase();
        let country = self.country.clone();
        let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.line1 = spaced(&self.line1);
        for part in [&mut self.line2, &mut self.city].into_iter().flatten() {
            *part = spaced(part);
        }
        if let Some(region) = &mut self.region {
            *region = match regions::code(&country, region) {
                Ok(Some(code)) => code.to_owned(),
                Ok(None) | Err(regions::Unknown) => spaced(region),
            };
        }
        if let Some(code) = &mut self.postal_code
            && let Some(written) = forms::postal_code(&country, code)
        {
            *code = written;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::StepConfig;

    pub(crate) fn toronto() -> Address {
        Address {
            line1: "100 Queen Street West".into(),
            line2: None,
            city: Some("Toronto".into()),
            region: Some("ON".into()),
            postal_code: Some("M5H 2N2".into()),
            country: "CA".into(),
        }
    }

    fn wrong(address: &Address) -> Vec<String> {
        let config = StepConfig::default();
        let mut judge = Judge::new(date(2026, 11, 30), &config);
        address.judge("address", &mut judge);
        judge.found.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_canadian_address_needs_its_parts() {
        type Change = fn(&mut Address);
        assert_eq!(wrong(&toronto()), [""; 0]);
        let cases: [(&str, Change); 8] = [
            ("address.country", |a| a.country = "ZZ".into()),
            ("address.line1", |a| a.line1 = " ".into()),
            ("address.line2", |a| a.line2 = Some("--".into())),
            ("address.city", |a| a.city = None),
            ("address.region", |a| a.region = None),
            ("address.region", |a| a.region = Some("Bavaria".into())),
            ("address.postal_code", |a| a.postal_code = None),
            ("address.postal_code", |a| a.postal_code = Some("10115".into())),
        ];
        for (field, change) in cases {
            let mut address = toronto();
            change(&mut address);
            assert_eq!(wrong(&address), [field]);
        }
    }

    #[test]
    fn what_a_country_has_not_is_left_out() {
        let mut address = Address {
            line1: "1 Queen's Road Central".into(),
            city: Some("Central".into()),
            country: "HK".into(),
            ..Address::default()
        };
        assert_eq!(wrong(&address), [""; 0]);
        address.postal_code = Some("999077".into());
        assert_eq!(wrong(&address), ["address.postal_code"]);
    }

    #[test]
    fn one_form_for_what_is_written_in_many() {
        let mut address = Address {
            line1: "  100  Queen Street West".into(),
            region: Some("ontario".into()),
            postal_code: Some("m5h2n2".into()),
            ..toronto()
        };
        address.normalize();
        assert_eq!(address, toronto());
        let once = address.clone();
        address.normalize();
        assert_eq!(address, once, "what is in form stays");
    }
}
