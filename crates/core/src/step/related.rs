//! The names that the person gave beside their own, to be compared with the lists.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    StepData,
    party::{Party, PartyKind},
    pep_hio::OfficeKind,
};
use crate::words::words;

words! {
    /// What somebody is to the person, or to the business that they act for.
    pub enum Related {
        /// The person themselves, by a name from before.
        FormerName = "former_name",
        Business = "business",
        /// The business, by a name that it trades under.
        TradeName = "trade_name",
        Officer = "officer",
        Owner = "owner",
        Controller = "controller",
        /// The holder of an office, of the family or close.
        OfficeHolder = "office_holder",
        /// An organization that somebody heads.
        Organization = "organization",
        /// For whom they act.
        ThirdParty = "third_party",
        Deceased = "deceased",
        /// Who acts for an estate together with them.
        CoExecutor = "co_executor",
        Beneficiary = "beneficiary",
    }
}

/// A name that the person gave beside their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedName {
    pub name: String,
    /// ISO 8601; of people alone.
    pub birth_date: Option<String>,
    pub relation: Related,
}

/// Every name that was given, each once.
pub fn names(given: &[StepData]) -> Vec<RelatedName> {
    let mut names: Vec<RelatedName> = vec![];
    let mut add = |name: &str, born: Option<Date>, relation: Related| {
        let (name, birth_date) = (name.trim().to_owned(), born.map(|day| day.to_string()));
        let known = names.iter().any(|n| n.name == name && n.birth_date == birth_date);
        if !name.is_empty() && !known {
            names.push(RelatedName { name, birth_date, relation });
        }
    };
    let born = |party: &Party| party.born_on.filter(|_| party.kind == PartyKind::Person);
    for data in given {
        match data {
            StepData::Person(person) => {
                for former in &person.former_names {
                    let first = former.first_name.as_ref().or(person.first_name.as_ref());
                    let name = format!("{} {}", first.map_or("", String::as_str), former.last_name);
                    add(&name, Some(person.birth_date), Related::FormerName);
                }
            }
            StepData::Business(business) => {
                add(&business.legal_name, None, Related::Business);
                business.trade_names.iter().for_each(|name| add(name, None, Related::TradeName));
                for officer in &business.officers {
                    add(&officer.party.name, born(&officer.party), Related::Officer);
                }
                for owner in &business.owners {
                    add(&owner.party.name, born(&owner.party), Related::Owner);
                }
                for controller in &business.controllers {
                    add(&controller.party.name, born(&controller.party), Related::Controller);
                }
            }
            StepData::PepHio(answers) => {
                for office in &answers.offices {
                    if let Some(holder) = &office.holder {
                        add(&holder.name, born(holder), Related::OfficeHolder);
                    }
                    let body = office.body.as_ref().filter(|_| office.kind == OfficeKind::Organization);
                    if let Some(body) = body {
                        add(body, None, Related::Organization);
                    }
                }
            }
            StepData::Financial(financial) => {
                let party = financial.third_party.as_ref().and_then(|third| third.party.as_ref());
                if let Some(party) = party {
                    add(&party.name, born(party), Related::ThirdParty);
                }
            }
            StepData::Estate(estate) => {
                add(&estate.deceased.name, estate.deceased.birth_date, Related::Deceased);
                for other in &estate.executor.others {
                    add(&other.name, born(other), Related::CoExecutor);
                }
                for beneficiary in &estate.beneficiaries {
                    add(&beneficiary.party.name, born(&beneficiary.party), Related::Beneficiary);
                }
            }
            StepData::Location(_)
            | StepData::Contact(_)
            | StepData::Consent(_)
            | StepData::Attestation(_) => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::{
        Financial, PepHio, Person,
        business::tests::{maple, person},
        estate::tests::estate,
        financial::tests::{baker, for_another},
        pep_hio::{
            Office, Relation,
            tests::{no, senator},
        },
        person::{FormerName, tests::anna},
    };

    #[test]
    fn every_name_is_told_once() {
        let former = FormerName { first_name: None, last_name: "Schmidt".into(), until: None };
        let mother = Office { relation: Relation::Parent, holder: Some(person("Maria Mother")), ..senator() };
        let mut business = maple(&[50.0, 50.0]);
        business.trade_names = vec!["Widgets4You".into()];
        let given = [
            StepData::Person(Person { former_names: vec![former], ..anna() }),
            StepData::Business(business),
            StepData::PepHio(PepHio { offices: vec![mother, senator()], ..no() }),
            StepData::Financial(Financial { third_party: Some(for_another(true)), ..baker() }),
            StepData::Estate(estate()),
        ];
        let told: Vec<(String, Related)> = names(&given).into_iter().map(|n| (n.name, n.relation)).collect();
        let expected = [
            ("Anna Schmidt", Related::FormerName),
            ("Maple Widgets Inc.", Related::Business),
            ("Widgets4You", Related::TradeName),
            ("Olga Officer", Related::Officer),
            ("Otto Owner", Related::Owner),
            ("Maria Mother", Related::OfficeHolder),
            ("Theo Third", Related::ThirdParty),
            ("Dora Dead", Related::Deceased),
            ("Ben Heir", Related::Beneficiary),
        ];
        assert_eq!(told, expected.map(|(name, relation)| (name.to_owned(), relation)));
        assert_eq!(names(&given)[0].birth_date.as_deref(), Some("1974-08-12"));
        assert_eq!(names(&[]), []);
    }
}
