//! The business that the person acts for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    address::Address,
    judge::Judge,
    party::{Party, PartyKind, exceed_all},
    published::StepName,
};
use crate::{problem::Rule, words::words};

words! {
    /// What a business is by law.
    pub enum BusinessForm {
        SoleProprietorship = "sole_proprietorship",
        Partnership = "partnership",
        LimitedPartnership = "limited_partnership",
        Corporation = "corporation",
        Cooperative = "cooperative",
        NonProfit = "non_profit",
        Trust = "trust",
        PublicBody = "public_body",
        Other = "other",
    }
}

words! {
    /// How somebody controls a business beside owning it.
    pub enum Control {
        VotingRights = "voting_rights",
        /// They appoint or remove most of those who direct it.
        Appointments = "appointments",
        /// By contract, as a trustee or a nominee's principal.
        Arrangement = "arrangement",
        Other = "other",
    }
}

/// The business that the person acts for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BusinessStep)]
pub struct Business {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub legal_name: String,
    /// Names that it trades under.
    #[serde(default)]
    #[schema(value_type = Vec<StepName>, max_items = 10, required = false)]
    pub trade_names: Vec<String>,
    /// Its number in the register.
    #[schema(min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9 ./-]+$")]
    pub registration_number: Option<String>,
    pub form: BusinessForm,
    /// Where it is registered: ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    pub country: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub founded_on: Option<Date>,
    /// As registered.
    pub address: Address,
    /// Where it does its business, where that is elsewhere.
    pub place_of_business: Option<Address>,
    /// Who directs it or signs for it.
    #[serde(default)]
    #[schema(max_items = 100, required = false)]
    pub officers: Vec<Officer>,
    #[serde(default)]
    #[schema(max_items = 100, required = false)]
    pub owners: Vec<Owner>,
    /// Who controls it and is no owner; who is both is an owner.
    #[serde(default)]
    #[schema(max_items = 100, required = false)]
    pub controllers: Vec<Controller>,
}

/// Who directs a business or signs for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    pub party: Party,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub title: String,
}

/// Who owns a part of a business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    pub party: Party,
    /// In percent, directly and through others.
    #[schema(minimum = 0, maximum = 100)]
    pub share: f64,
}

/// Who controls a business without owning it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    pub party: Party,
    pub control: Control,
    /// Of the votes, in percent, where it can be told.
    #[schema(minimum = 0, maximum = 100)]
    pub share: Option<f64>,
}

impl Business {
    /// Everybody that it names, with the field that names them.
    pub fn parties(&self) -> Vec<(String, &Party)> {
        let officers =
            self.officers.iter().enumerate().map(|(i, o)| (format!("officers.{i}.party"), &o.party));
        let owners = self.owners.iter().enumerate().map(|(i, o)| (format!("owners.{i}.party"), &o.party));
        let controllers =
            self.controllers.iter().enumerate().map(|(i, c)| (format!("controllers.{i}.party"), &c.party));
        officers.chain(owners).chain(controllers).collect()
    }

    /// How much of it belongs to somebody who was named, in percent.
    pub fn owned(&self) -> f64 {
        self.owners.iter().map(|owner| owner.share).sum()
    }

    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        let config = &judge.config.business;
        judge.name("legal_name", &self.legal_name);
        for (i, name) in self.trade_names.iter().enumerate() {
            judge.name(format!("trade_names.{i}"), name);
            if name.chars().count() > 200 {
                judge.wrong(format!("trade_names.{i}"), Rule::Length, "must have at most 200 characters");
            }
        }
        if let Some(number) = &self.registration_number {
            judge.name("registration_number", number);
        }
        judge.country("country", Some(&self.country));
        judge.past("founded_on", self.founded_on);
        self.address.judge("address", judge);
        if let Some(address) = &self.place_of_business {
            address.judge("place_of_business", judge);
        }
        for (field, party) in self.parties() {
            if field.starts_with("officers") {
                party.judge_person(&field, judge);
            } else {
                party.judge(&field, judge);
            }
        }
        for (i, officer) in self.officers.iter().enumerate() {
            judge.text(format!("officers.{i}.title"), &officer.title);
        }
        for (i, owner) in self.owners.iter().enumerate() {
            judge.share(format!("owners.{i}.share"), owner.share);
            // Who owns that much is known by more than a name.
            let large =
                owner.share >= f64::from(config.owner_threshold) && owner.party.kind == PartyKind::Person;
            judge.required(format!("owners.{i}.party.born_on"), !large || owner.party.born_on.is_some());
        }
        for (i, controller) in self.controllers.iter().enumerate() {
            judge.share(format!("controllers.{i}.share"), controller.share.unwrap_or(0.0));
        }
        let owned = || self.owners.iter().map(|owner| owner.share);
        let held = self.controllers.iter().filter_map(|controller| controller.share);
        let too_many = "must not exceed 100 percent together";
        if exceed_all(owned()) {
            judge.wrong("owners", Rule::Range, too_many);
        } else if exceed_all(owned().chain(held)) {
            judge.wrong("controllers", Rule::Range, format!("{too_many} with those of the owners"));
        }
        let numbered = !config.require_registration_number || self.registration_number.is_some();
        judge.required("registration_number", numbered);
        let owned = !(config.require_owners && self.owners.is_empty() && self.controllers.is_empty());
        judge.required("owners", owned);
        if config.accepted_forms.as_ref().is_some_and(|forms| !forms.contains(&self.form)) {
            judge.wrong("form", Rule::Enum, "is not taken here");
        }
    }

    pub(super) fn normalize(&mut self) {
        self.legal_name = self.legal_name.trim().to_owned();
        self.address.normalize();
        self.place_of_business.iter_mut().for_each(Address::normalize);
        let officers = self.officers.iter_mut().map(|o| &mut o.party);
        let owners = self.owners.iter_mut().map(|o| &mut o.party);
        let controllers = self.controllers.iter_mut().map(|c| &mut c.party);
        officers.chain(owners).chain(controllers).for_each(Party::normalize);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData, address::tests::toronto, config::BusinessConfig};

    pub(crate) fn person(name: &str) -> Party {
        Party {
            kind: PartyKind::Person,
            name: name.into(),
            born_on: Some(date(1960, 5, 1)),
            country: Some("CA".into()),
            email: None,
        }
    }

    pub(crate) fn maple(shares: &[f64]) -> Business {
        Business {
            legal_name: "Maple Widgets Inc.".into(),
            trade_names: vec![],
            registration_number: Some("1234567-8".into()),
            form: BusinessForm::Corporation,
            country: "CA".into(),
            founded_on: Some(date(2001, 2, 3)),
            address: toronto(),
            place_of_business: None,
            officers: vec![Officer { party: person("Olga Officer"), title: "President".into() }],
            owners: shares.iter().map(|share| Owner { party: person("Otto Owner"), share: *share }).collect(),
            controllers: vec![],
        }
    }

    fn wrong(business: &Business, config: BusinessConfig) -> Vec<String> {
        let config = StepConfig { business: config, ..StepConfig::default() };
        let problems = StepData::Business(business.clone()).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn nobody_owns_more_than_there_is() {
        let config = BusinessConfig::default;
        for (shares, fields) in [
            (&[60.0, 40.0][..], &[][..]),
            (&[33.33, 33.33, 33.34], &[]),
            (&[], &[]),
            (&[60.0, 40.01], &["owners"]),
            (&[100.0, 0.01], &["owners"]),
            (&[101.0], &["owners.0.share", "owners"]),
            (&[-1.0], &["owners.0.share"]),
        ] {
            assert_eq!(wrong(&maple(shares), config()), fields, "{shares:?}");
        }
        let control = |share| Controller { party: person("Carla"), control: Control::VotingRights, share };
        let controlled = |share| Business { controllers: vec![control(share)], ..maple(&[60.0]) };
        assert_eq!(wrong(&controlled(Some(40.0)), config()), [""; 0]);
        assert_eq!(wrong(&controlled(None), config()), [""; 0]);
        assert_eq!(wrong(&controlled(Some(40.5)), config()), ["controllers"]);
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Change = fn(&mut Business);
        let cases: [(&str, Change); 9] = [
            ("legal_name", |b| b.legal_name = "?".into()),
            ("country", |b| b.country = "ZZ".into()),
            ("founded_on", |b| b.founded_on = Some(date(2030, 1, 1))),
            ("trade_names.0", |b| b.trade_names = vec!["x".repeat(201)]),
            ("address.postal_code", |b| b.address.postal_code = Some("x".into())),
            ("place_of_business.line1", |b| {
                b.place_of_business = Some(Address { line1: String::new(), ..toronto() });
            }),
            ("officers.0.party.kind", |b| b.officers[0].party.kind = PartyKind::Organization),
            ("officers.0.party.email", |b| b.officers[0].party.email = Some("nobody".into())),
            ("owners.0.party.born_on", |b| b.owners[0].party.born_on = None),
        ];
        for (field, change) in cases {
            let mut business = maple(&[30.0]);
            change(&mut business);
            assert_eq!(wrong(&business, BusinessConfig::default()), [field]);
        }
    }

    #[test]
    fn what_an_organization_asks_for_has_to_be_there() {
        let bare = Business { registration_number: None, ..maple(&[]) };
        let config = BusinessConfig {
            require_registration_number: true,
            require_owners: true,
            accepted_forms: Some(vec![BusinessForm::Trust]),
            ..BusinessConfig::default()
        };
        assert_eq!(wrong(&bare, config), ["registration_number", "owners", "form"]);
        let mut small = maple(&[10.0]);
        small.owners[0].party.born_on = None;
        assert_eq!(wrong(&small, BusinessConfig::default()), [""; 0]);
        let strict = BusinessConfig { owner_threshold: 10, ..BusinessConfig::default() };
        assert_eq!(wrong(&small, strict), ["owners.0.party.born_on"]);
    }
}
