//! What the person said that a human has to weigh.

use jiff::civil::Date;

use super::{
    Business, Financial, PepHio, StepConfig, StepData,
    business::BusinessForm,
    pep_hio::{OfficeKind, Relation},
};
use crate::finding::{Check, Code, Finding, Outcome};

/// [`Check::DeclaredRisk`]; `None` where no step was asked for that could tell of one. It never fails: an office or a
/// principal is nothing wrong, and a human says what follows from it.
pub fn risk(given: &[StepData], today: Date, config: &StepConfig) -> Option<Finding> {
    let mut asked = false;
    let mut finding = Finding::new(Check::DeclaredRisk, Outcome::Clear);
    for data in given {
        let told = match data {
            StepData::PepHio(answers) => offices(answers, today),
            StepData::Financial(financial) => money(financial),
            StepData::Business(business) => ownership(business, config),
            _ => continue,
        };
        asked = true;
        for (code, detail) in told {
            finding = finding.because(code, detail);
        }
    }
    if !finding.reasons.is_empty() {
        finding.outcome = Outcome::Consider;
    }
    asked.then_some(finding)
}

type Told = Vec<(Code, &'static str)>;

fn offices(answers: &PepHio, today: Date) -> Told {
    let mut told: Told = vec![];
    for office in answers.offices.iter().filter(|office| office.counts(today)) {
        let one = match (office.relation, office.kind) {
            (Relation::Own, OfficeKind::Organization) => {
                (Code::HeadOfOrganization, "they head an international organization, or did lately")
            }
            (Relation::Own, OfficeKind::Foreign | OfficeKind::Domestic) => {
                (Code::PoliticalOffice, "they hold a political office, or held one that still counts")
            }
            (Relation::CloseAssociate, _) => {
                (Code::CloseAssociate, "somebody closely connected to them holds such an office")
            }
            (_, _) => (Code::FamilyOfOfficeHolder, "somebody of their family holds such an office"),
        };
        if !told.contains(&one) {
            told.push(one);
        }
    }
    told
}

fn money(financial: &Financial) -> Told {
    let mut told: Told = vec![];
    if financial.third_party.as_ref().is_some_and(|third| third.acts_for_another) {
        told.push((Code::ThirdPartyInvolved, "they act for somebody else"));
    }
    if financial.exceeds_means() == Some(true) {
        told.push((Code::ActivityExceedsMeans, "they expect to move more in a year than they earn and own"));
    }
    told
}

fn ownership(business: &Business, config: &StepConfig) -> Told {
    let unowned = matches!(
        business.form,
        BusinessForm::SoleProprietorship
            | BusinessForm::NonProfit
            | BusinessForm::Trust
            | BusinessForm::PublicBody
    );
    let unnamed = 100.0 - business.owned();
    if unowned || unnamed < f64::from(config.business.owner_threshold) {
        return vec![];
    }
    vec![(Code::OwnershipIncomplete, "the owners who were named leave room for a large one who was not")]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{
        business::tests::{maple, person},
        financial::tests::{baker, for_another},
        pep_hio::{
            Office,
            tests::{no, senator},
        },
        person::tests::anna,
    };

    fn told(given: &[StepData]) -> Option<(Outcome, Vec<Code>)> {
        let finding = risk(given, date(2026, 11, 30), &StepConfig::default())?;
        assert!(finding.reasons.iter().all(|r| finding.check.may_say(&r.code)));
        Some((finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect()))
    }

    #[test]
    fn offices_count_by_whose_they_are_and_how_long_ago() {
        assert_eq!(told(&[StepData::Person(anna())]), None, "nobody asked");
        assert_eq!(told(&[StepData::PepHio(no())]), Some((Outcome::Clear, vec![])));
        let of =
            |office: Office| told(&[StepData::PepHio(PepHio { offices: vec![office], ..no() })]).unwrap();
        let someone = || Some(person("Maria"));
        let parent = Office { relation: Relation::Parent, holder: someone(), ..senator() };
        let friend = Office { relation: Relation::CloseAssociate, holder: someone(), ..senator() };
        let head = Office { kind: OfficeKind::Organization, ..senator() };
        for (office, code) in [
            (senator(), Code::PoliticalOffice),
            (head, Code::HeadOfOrganization),
            (parent, Code::FamilyOfOfficeHolder),
            (friend, Code::CloseAssociate),
        ] {
            assert_eq!(of(office), (Outcome::Consider, vec![code]));
        }
        let left = |kind| Office { kind, until: Some(date(2015, 1, 1)), ..senator() };
        assert_eq!(of(left(OfficeKind::Domestic)), (Outcome::Clear, vec![]));
        assert_eq!(of(left(OfficeKind::Foreign)), (Outcome::Consider, vec![Code::PoliticalOffice]));
    }

    #[test]
    fn money_of_somebody_else_or_from_nowhere_is_weighed() {
        assert_eq!(told(&[StepData::Financial(baker())]), Some((Outcome::Clear, vec![])));
        let behind = Financial { third_party: Some(for_another(true)), annual_income: Some(1), ..baker() };
        let expected = vec![Code::ThirdPartyInvolved, Code::ActivityExceedsMeans];
        assert_eq!(told(&[StepData::Financial(behind)]), Some((Outcome::Consider, expected)));
    }

    #[test]
    fn a_large_owner_who_was_not_named_is_missed() {
        let of = |business: Business| told(&[StepData::Business(business)]).unwrap();
        assert_eq!(of(maple(&[60.0, 20.0])), (Outcome::Clear, vec![]));
        assert_eq!(of(maple(&[60.0, 15.0])), (Outcome::Consider, vec![Code::OwnershipIncomplete]));
        assert_eq!(of(maple(&[])).0, Outcome::Consider);
        let public = Business { form: BusinessForm::PublicBody, ..maple(&[]) };
        assert_eq!(of(public), (Outcome::Clear, vec![]));
    }
}
