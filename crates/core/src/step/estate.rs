//! The estate of somebody who died, for whom the person acts.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    address::Address,
    judge::Judge,
    party::{Party, exceed_all},
};
use crate::{problem::Rule, words::words};

words! {
    /// What the person is to the estate.
    pub enum Capacity {
        /// Named by the will.
        Executor = "executor",
        /// Appointed by a court.
        Administrator = "administrator",
        Trustee = "trustee",
        /// A lawyer or notary who acts for one of these.
        Representative = "representative",
    }
}

words! {
    /// What gives them the right to act.
    pub enum AuthorityProof {
        Will = "will",
        /// A grant of probate, or a certificate of appointment of an estate trustee.
        Probate = "probate",
        LettersOfAdministration = "letters_of_administration",
        CourtOrder = "court_order",
        /// A notary's certificate of inheritance or will.
        NotarialAct = "notarial_act",
        Other = "other",
    }
}

/// The estate of somebody who died. The death certificate and the proof of authority are files of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EstateStep)]
pub struct Estate {
    pub deceased: Deceased,
    pub executor: Executor,
    #[serde(default)]
    #[schema(max_items = 100, required = false)]
    pub beneficiaries: Vec<Beneficiary>,
}

/// Who died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deceased {
    /// The whole legal name.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub birth_date: Option<Date>,
    #[schema(value_type = String, format = Date)]
    pub death_date: Date,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub death_place: Option<String>,
    pub last_address: Option<Address>,
}

/// The person, as one who acts for the estate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Executor {
    pub capacity: Capacity,
    pub proof: AuthorityProof,
    /// The number of the court's or the notary's file.
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    pub proof_number: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub proof_date: Option<Date>,
    /// Who acts together with them.
    #[serde(default)]
    #[schema(max_items = 20, required = false)]
    pub others: Vec<Party>,
}

/// Who inherits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Beneficiary {
    pub party: Party,
    /// What they were to the deceased.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub relationship: Option<String>,
    /// In percent, where it can be told.
    #[schema(minimum = 0, maximum = 100)]
    pub share: Option<f64>,
}

impl Estate {
    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        let Deceased { name, birth_date, death_date, death_place, last_address } = &self.deceased;
        judge.name("deceased.name", name);
        // They died long ago perhaps: how old they were is what has a limit.
        judge.past("deceased.birth_date", *birth_date);
        judge.past("deceased.death_date", Some(*death_date));
        judge.order("deceased.death_date", *birth_date, Some(*death_date));
        if let Some(place) = death_place {
            judge.name("deceased.death_place", place);
        }
        if let Some(address) = last_address {
            address.judge("deceased.last_address", judge);
        }
        judge.past("executor.proof_date", self.executor.proof_date);
        if let Some(number) = &self.executor.proof_number {
            judge.name("executor.proof_number", number);
        }
        for (i, party) in self.executor.others.iter().enumerate() {
            party.judge(&format!("executor.others.{i}"), judge);
        }
        for (i, beneficiary) in self.beneficiaries.iter().enumerate() {
            beneficiary.party.judge(&format!("beneficiaries.{i}.party"), judge);
            judge.share(format!("beneficiaries.{i}.share"), beneficiary.share.unwrap_or(0.0));
        }
        if exceed_all(self.beneficiaries.iter().filter_map(|b| b.share)) {
            judge.wrong("beneficiaries", Rule::Range, "must not exceed 100 percent together");
        }
        let inherited = !judge.config.estate.require_beneficiaries || !self.beneficiaries.is_empty();
        judge.required("beneficiaries", inherited);
    }

    pub(super) fn normalize(&mut self) {
        self.deceased.name = self.deceased.name.trim().to_owned();
        self.deceased.last_address.iter_mut().for_each(Address::normalize);
        self.executor.others.iter_mut().for_each(Party::normalize);
        self.beneficiaries.iter_mut().for_each(|b| b.party.normalize());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData, business::tests::person, config::EstateConfig};

    pub(crate) fn estate() -> Estate {
        Estate {
            deceased: Deceased {
                name: "Dora Dead".into(),
                birth_date: Some(date(1930, 1, 1)),
                death_date: date(2026, 5, 1),
                death_place: None,
                last_address: None,
            },
            executor: Executor {
                capacity: Capacity::Executor,
                proof: AuthorityProof::Probate,
                proof_number: Some("2026-123".into()),
                proof_date: Some(date(2026, 8, 1)),
                others: vec![],
            },
            beneficiaries: vec![Beneficiary {
                party: person("Ben Heir"),
                relationship: None,
                share: Some(50.0),
            }],
        }
    }

    fn wrong(estate: &Estate, config: EstateConfig) -> Vec<String> {
        let config = StepConfig { estate: config, ..StepConfig::default() };
        let problems = StepData::Estate(estate.clone()).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Change = fn(&mut Estate);
        assert_eq!(wrong(&estate(), EstateConfig::default()), [""; 0]);
        let cases: [(&str, Change); 8] = [
            ("deceased.name", |e| e.deceased.name = "-".into()),
            ("deceased.death_date", |e| e.deceased.death_date = date(2026, 12, 1)),
            ("deceased.death_date", |e| e.deceased.death_date = date(1920, 1, 1)),
            ("deceased.birth_date", |e| {
                (e.deceased.birth_date, e.deceased.death_date) = (Some(date(2027, 1, 1)), date(2026, 1, 1));
                e.deceased.death_date = date(2026, 11, 30);
            }),
            ("executor.proof_date", |e| e.executor.proof_date = Some(date(2027, 1, 1))),
            ("executor.others.0.name", |e| e.executor.others = vec![person(" ")]),
            ("beneficiaries.0.share", |e| e.beneficiaries[0].share = Some(-2.0)),
            ("beneficiaries", |e| {
                e.beneficiaries.push(e.beneficiaries[0].clone());
                e.beneficiaries.push(e.beneficiaries[0].clone());
            }),
        ];
        for (field, change) in cases {
            let mut changed = estate();
            change(&mut changed);
            let fields = wrong(&changed, EstateConfig::default());
            assert_eq!(fields.first().map(String::as_str), Some(field), "{fields:?}");
        }
        let nobody = Estate { beneficiaries: vec![], ..estate() };
        assert_eq!(wrong(&nobody, EstateConfig::default()), [""; 0]);
        let config = EstateConfig { require_beneficiaries: true, ..EstateConfig::default() };
        assert_eq!(wrong(&nobody, config), ["beneficiaries"]);
    }
}
