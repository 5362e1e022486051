//! Political offices and heads of international organizations, by the rules of Canada: the Proceeds of Crime (Money
//! Laundering) and Terrorist Financing Act (PCMLTFA), section 9.3, and its regulations.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{judge::Judge, party::Party};
use crate::{country, problem::Rule, words::words};

words! {
    /// A question that the step asks.
    pub enum OfficeQuestion {
        ForeignOffice = "foreign_office",
        DomesticOffice = "domestic_office",
        HeadOfOrganization = "head_of_organization",
        FamilyMember = "family_member",
        CloseAssociate = "close_associate",
    }
}

words! {
    /// Whose office it is.
    pub enum OfficeKind {
        /// Of another state than Canada.
        Foreign = "foreign",
        /// Of Canada, a province, a territory or a municipality.
        Domestic = "domestic",
        /// Of an organization that was made by governments, or of an institution of one.
        Organization = "organization",
    }
}

words! {
    /// The offices that the law names.
    pub enum OfficeRole {
        /// Governor general, lieutenant governor; of another state its head.
        HeadOfState = "head_of_state",
        /// Head of a government, member of its cabinet.
        HeadOfGovernment = "head_of_government",
        /// Member of a senate, parliament or legislature.
        Legislator = "legislator",
        /// Deputy minister, or one of equal rank.
        DeputyMinister = "deputy_minister",
        /// Ambassador, or an ambassador's attaché or counsellor.
        Ambassador = "ambassador",
        /// Military officer of a general's rank or above.
        General = "general",
        /// President of a corporation or bank that a state owns.
        StateCompanyHead = "state_company_head",
        AgencyHead = "agency_head",
        /// Judge of an appeal court; of another state one of its highest courts.
        Judge = "judge",
        /// Leader or president of a party in a legislature.
        PartyLeader = "party_leader",
        /// Mayor, reeve or the like of a municipality.
        Mayor = "mayor",
        /// Head of an international organization, or of an institution of one.
        OrganizationHead = "organization_head",
    }
}

words! {
    /// Who holds the office, as seen by the person.
    pub enum Relation {
        /// The person themselves.
        Own = "self",
        Spouse = "spouse",
        CommonLawPartner = "common_law_partner",
        FormerPartner = "former_partner",
        Child = "child",
        Parent = "parent",
        ParentInLaw = "parent_in_law",
        Sibling = "sibling",
        /// Closely connected for personal or business reasons.
        CloseAssociate = "close_associate",
    }
}

impl Relation {
    /// Whether the law counts them among the family.
    pub const fn is_family(self) -> bool {
        !matches!(self, Self::Own | Self::CloseAssociate)
    }
}

/// What the person says of political offices: their own, of their family and of those close to them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PepHioStep)]
pub struct PepHio {
    /// They hold or ever held an office of another state.
    pub foreign_office: Option<bool>,
    /// They hold an office in Canada, or did within the last five years.
    pub domestic_office: Option<bool>,
    /// They head an international organization, or did within the last five years.
    pub head_of_organization: Option<bool>,
    /// Somebody of their family holds or held one of these.
    pub family_member: Option<bool>,
    /// Somebody closely connected to them holds or held one of these.
    pub close_associate: Option<bool>,
    /// Each that was answered with yes.
    #[serde(default)]
    #[schema(max_items = 20, required = false)]
    pub offices: Vec<Office>,
}

/// An office that somebody holds or held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub relation: Relation,
    /// Who holds it, where that is not the person themselves.
    pub holder: Option<Party>,
    pub kind: OfficeKind,
    pub role: OfficeRole,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub title: String,
    /// The parliament, ministry, court, company or organization.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub body: Option<String>,
    /// The state of a foreign office: ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
    /// Absent while they hold it.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

/// For so long after they left it an office in Canada, or at the head of an organization, makes a person one that the law
/// speaks of.
const YEARS_AFTER: i64 = 5;

impl Office {
    /// Whether the law still counts whoever held it on a day: a foreign office for ever, the others until five years after
    /// they left it.
    pub fn counts(&self, today: Date) -> bool {
        match (self.kind, self.until) {
            (OfficeKind::Foreign, _) | (_, None) => true,
            (OfficeKind::Domestic | OfficeKind::Organization, Some(left)) => {
                // Too far away to count is a day that never comes.
                left.checked_add(YEARS_AFTER.years()).is_ok_and(|end| today < end)
            }
        }
    }

    fn judge(&self, at: &str, judge: &mut Judge<'_>) {
        judge.text(format!("{at}.title"), &self.title);
        if let Some(body) = &self.body {
            judge.text(format!("{at}.body"), body);
        }
        match (&self.holder, self.relation) {
            (None, Relation::Own) => {}
            (Some(_), Relation::Own) => {
                judge.wrong(
                    format!("{at}.holder"),
                    Rule::Other,
                    "must be left out: it is the person themselves",
                );
            }
            (None, _) => judge.required(format!("{at}.holder"), false),
            (Some(holder), _) => holder.judge_person(&format!("{at}.holder"), judge),
        }
        let field = format!("{at}.country");
        judge.country(field.clone(), self.country.as_deref());
        let canada = self.country.as_deref().and_then(country::country).map(|c| c.code == "CA");
        match (self.kind, canada) {
            (OfficeKind::Foreign, None) => judge.required(field, self.country.is_some()),
            (OfficeKind::Foreign, Some(true)) => {
                judge.wrong(field, Rule::Enum, "must not be CA: an office of Canada is a domestic one");
            }
            (OfficeKind::Domestic, Some(false)) => {
                judge.wrong(field, Rule::Enum, "must be CA: an office of another state is a foreign one");
            }
            _ => {}
        }
        let heads = self.role == OfficeRole::OrganizationHead;
        if heads != (self.kind == OfficeKind::Organization) {
            let message = match heads {
                true => "must be an office of a state: organization_head is none",
                false => "must be organization_head: an international organization has no other",
            };
            judge.wrong(format!("{at}.role"), Rule::Enum, message);
        }
        judge.required(format!("{at}.body"), !heads || self.body.is_some());
        judge.past(format!("{at}.since"), self.since);
        judge.past(format!("{at}.until"), self.until);
        judge.order(format!("{at}.until"), self.since, self.until);
    }

    /// The question that it answers with yes.
    const fn answers(&self) -> OfficeQuestion {
        match (self.relation, self.kind) {
            (Relation::Own, OfficeKind::Foreign) => OfficeQuestion::ForeignOffice,
            (Relation::Own, OfficeKind::Domestic) => OfficeQuestion::DomesticOffice,
            (Relation::Own, OfficeKind::Organization) => OfficeQuestion::HeadOfOrganization,
            (Relation::CloseAssociate, _) => OfficeQuestion::CloseAssociate,
            _ => OfficeQuestion::FamilyMember,
        }
    }
}

impl PepHio {
    pub const fn answer(&self, question: OfficeQuestion) -> Option<bool> {
        match question {
            OfficeQuestion::ForeignOffice => self.foreign_office,
            OfficeQuestion::DomesticOffice => self.domestic_office,
            OfficeQuestion::HeadOfOrganization => self.head_of_organization,
            OfficeQuestion::FamilyMember => self.family_member,
            OfficeQuestion::CloseAssociate => self.close_associate,
        }
    }

    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        let asked = judge.config.pep_hio.asked();
        for question in OfficeQuestion::ALL {
            let answer = self.answer(question);
            judge.required(question.as_str(), answer.is_some() || !asked.contains(&question));
            let told = self.offices.iter().any(|office| office.answers() == question);
            match answer {
                Some(true) if !told => {
                    let message = format!("must hold the office that {question} is answered with yes for");
                    judge.wrong("offices", Rule::Required, message);
                }
                None | Some(false) if told => {
                    let message = "must be true: such an office is among the offices";
                    judge.wrong(question.as_str(), Rule::Other, message);
                }
                _ => {}
            }
        }
        for (i, office) in self.offices.iter().enumerate() {
            office.judge(&format!("offices.{i}"), judge);
        }
    }

    pub(super) fn normalize(&mut self) {
        for office in &mut self.offices {
            office.title = office.title.trim().to_owned();
            office.holder.iter_mut().for_each(Party::normalize);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{
        StepConfig, StepData, business::tests::person, config::PepHioConfig, party::PartyKind,
    };

    pub(crate) fn no() -> PepHio {
        PepHio {
            foreign_office: Some(false),
            domestic_office: Some(false),
            head_of_organization: Some(false),
            family_member: Some(false),
            close_associate: Some(false),
            offices: vec![],
        }
    }

    pub(crate) fn senator() -> Office {
        Office {
            relation: Relation::Own,
            holder: None,
            kind: OfficeKind::Domestic,
            role: OfficeRole::Legislator,
            title: "Senator".into(),
            body: Some("Senate of Canada".into()),
            country: Some("CA".into()),
            since: Some(date(2010, 1, 1)),
            until: None,
        }
    }

    fn wrong(answers: PepHio, ask: Option<Vec<OfficeQuestion>>) -> Vec<String> {
        let config = StepConfig { pep_hio: PepHioConfig { ask }, ..StepConfig::default() };
        let problems = StepData::PepHio(answers).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_foreign_office_counts_for_ever_and_the_others_for_five_years() {
        let left = Some(date(2020, 2, 29));
        for (kind, until, day, counts) in [
            (OfficeKind::Foreign, Some(date(1970, 1, 1)), date(2026, 11, 30), true),
            (OfficeKind::Foreign, None, date(2026, 11, 30), true),
            (OfficeKind::Domestic, None, date(2026, 11, 30), true),
            (OfficeKind::Domestic, left, date(2025, 2, 27), true),
            (OfficeKind::Domestic, left, date(2025, 2, 28), false),
            (OfficeKind::Organization, left, date(2025, 2, 27), true),
            (OfficeKind::Organization, left, date(2026, 1, 1), false),
            (OfficeKind::Organization, Some(date(9999, 1, 1)), date(2026, 1, 1), false),
        ] {
            let office = Office { kind, until, ..senator() };
            assert_eq!(office.counts(day), counts, "{kind} {until:?} {day}");
        }
    }

    #[test]
    fn what_is_asked_is_answered_and_a_yes_names_its_office() {
        assert_eq!(wrong(no(), None), [""; 0]);
        let words = OfficeQuestion::ALL.map(OfficeQuestion::as_str);
        assert_eq!(wrong(PepHio::default(), None), words);
        assert_eq!(wrong(PepHio::default(), Some(vec![OfficeQuestion::FamilyMember])), ["family_member"]);
        let yes = PepHio { domestic_office: Some(true), ..no() };
        assert_eq!(wrong(yes.clone(), None), ["offices"]);
        assert_eq!(wrong(PepHio { offices: vec![senator()], ..yes.clone() }, None), [""; 0]);
        assert_eq!(wrong(PepHio { offices: vec![senator()], ..no() }, None), ["domestic_office"]);
        let mother = Office { relation: Relation::Parent, holder: Some(person("Maria")), ..senator() };
        let family = PepHio { family_member: Some(true), offices: vec![mother], ..no() };
        assert_eq!(wrong(family, None), [""; 0]);
    }

    #[test]
    fn each_wrong_field_of_an_office_is_named() {
        type Change = fn(&mut Office);
        let cases: [(&str, Change); 10] = [
            ("title", |o| o.title = " ".into()),
            ("holder", |o| o.holder = Some(person("Maria"))),
            ("country", |o| o.country = Some("ZZ".into())),
            ("country", |o| o.country = Some("FR".into())),
            ("role", |o| o.role = OfficeRole::OrganizationHead),
            ("since", |o| o.since = Some(date(2027, 1, 1))),
            ("until", |o| o.until = Some(date(2009, 1, 1))),
            ("body", |o| o.body = Some(" ".into())),
            ("until", |o| o.until = Some(date(2027, 1, 1))),
            ("since", |o| o.since = Some(date(2026, 12, 1))),
        ];
        for (field, change) in cases {
            let mut office = senator();
            change(&mut office);
            let yes = PepHio { domestic_office: Some(true), offices: vec![office], ..no() };
            assert_eq!(wrong(yes, None), [format!("offices.0.{field}")]);
        }
        let foreign = |country: Option<&str>| {
            let office = Office { kind: OfficeKind::Foreign, country: country.map(Into::into), ..senator() };
            wrong(PepHio { foreign_office: Some(true), offices: vec![office], ..no() }, None)
        };
        assert_eq!(foreign(Some("FR")), [""; 0]);
        assert_eq!(foreign(None), ["offices.0.country"]);
        assert_eq!(foreign(Some("CA")), ["offices.0.country"]);
        assert_eq!(foreign(Some("ZZ")), ["offices.0.country"]);
        let of = |holder| {
            let office = Office { relation: Relation::Sibling, holder, ..senator() };
            wrong(PepHio { family_member: Some(true), offices: vec![office], ..no() }, None)
        };
        assert_eq!(of(None), ["offices.0.holder"]);
        let company = Party { kind: PartyKind::Organization, ..person("Maria") };
        assert_eq!(of(Some(company)), ["offices.0.holder.kind"]);
    }
}
