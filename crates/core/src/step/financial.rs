//! Where the person's money comes from, what they will do with an account, and for whom.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{address::Address, judge::Judge, party::Party, published::StepCountry};
use crate::{currency, problem::Rule, words::words};

words! {
    pub enum Employment {
        Employed = "employed",
        SelfEmployed = "self_employed",
        Unemployed = "unemployed",
        Student = "student",
        Retired = "retired",
        Homemaker = "homemaker",
        Other = "other",
    }
}

words! {
    /// Where money comes from.
    pub enum MoneySource {
        Employment = "employment",
        Business = "business",
        Pension = "pension",
        Savings = "savings",
        Investments = "investments",
        Property = "property",
        SaleOfAssets = "sale_of_assets",
        Inheritance = "inheritance",
        Gift = "gift",
        Loan = "loan",
        Insurance = "insurance",
        Gambling = "gambling",
        VirtualCurrency = "virtual_currency",
        GovernmentBenefits = "government_benefits",
        Other = "other",
    }
}

/// Where the person's money comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FinancialStep)]
pub struct Financial {
    pub employment: Employment,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub occupation: String,
    /// Of whoever is employed.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub employer: Option<String>,
    /// What pays for this business relationship.
    #[schema(min_items = 1, max_items = 15)]
    pub source_of_funds: Vec<MoneySource>,
    /// What all that they own comes from.
    #[serde(default)]
    #[schema(max_items = 15, required = false)]
    pub source_of_wealth: Vec<MoneySource>,
    /// In their own words; needed where a source is `other`.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub details: Option<String>,
    /// ISO 4217; of every amount here.
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// In a year, in whole units of the currency.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64)]
    pub annual_income: Option<u64>,
    /// All that they own, less what they owe.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64)]
    pub net_worth: Option<u64>,
    pub expected_activity: Option<ExpectedActivity>,
    /// For whom they act.
    pub third_party: Option<ThirdPartyDetermination>,
}

/// What they expect to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedActivity {
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub purpose: String,
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub transactions_a_month: u32,
    /// All together, in whole units of the currency.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_u64)]
    pub amount_a_month: u64,
    /// Where money comes from and goes to: ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(value_type = Vec<StepCountry>, max_items = 50, required = false)]
    pub countries: Vec<String>,
}

/// Whether they act on somebody else's instructions, as section 134 of the PCMLTF Regulations asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThirdPartyDetermination {
    pub acts_for_another: bool,
    /// Whom; needed where they do.
    pub party: Option<Party>,
    pub address: Option<Address>,
    /// What that party does.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub occupation: Option<String>,
    /// Of an organization its number in the register.
    #[schema(min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9 ./-]+$")]
    pub registration_number: Option<String>,
    /// What they are to each other.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub relationship: Option<String>,
    /// Since when they act for them.
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
}

impl Financial {
    /// Whether what they expect to do in a year is more than all they have and earn; `None` where that was not told.
    pub fn exceeds_means(&self) -> Option<bool> {
        let year = self.expected_activity.as_ref()?.amount_a_month.saturating_mul(12);
        let means = match (self.annual_income, self.net_worth) {
            (None, None) => return None,
            (income, worth) => income.unwrap_or(0).saturating_add(worth.unwrap_or(0)),
        };
        Some(year > means)
    }

    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        let config = &judge.config.financial;
        judge.text("occupation", &self.occupation);
        if let Some(employer) = &self.employer {
            judge.text("employer", employer);
        }
        judge.required("employer", self.employment != Employment::Employed || self.employer.is_some());
        judge.required("source_of_funds", !self.source_of_funds.is_empty());
        for (field, sources) in
            [("source_of_funds", &self.source_of_funds), ("source_of_wealth", &self.source_of_wealth)]
        {
            let twice =
                sources.iter().enumerate().any(|(i, source)| sources.iter().take(i).any(|s| s == source));
            if twice {
                judge.wrong(field, Rule::Other, "must name each source once");
            }
        }
        let other = self.source_of_funds.contains(&MoneySource::Other)
            || self.source_of_wealth.contains(&MoneySource::Other);
        judge.required("details", !other || self.details.is_some());
        if let Some(details) = &self.details {
            judge.text("details", details);
        }
        let amounts =
            self.annual_income.is_some() || self.net_worth.is_some() || self.expected_activity.is_some();
        judge.required("currency", !amounts || self.currency.is_some());
        if self.currency.as_ref().is_some_and(|c| !currency::is_known(c)) {
            judge.wrong("currency", Rule::Enum, "must be the code of a currency (ISO 4217)");
        }
        if let Some(activity) = &self.expected_activity {
            judge.text("expected_activity.purpose", &activity.purpose);
            for (i, code) in activity.countries.iter().enumerate() {
                judge.country(format!("expected_activity.countries.{i}"), Some(code));
            }
        }
        let worth = !config.require_source_of_wealth || !self.source_of_wealth.is_empty();
        judge.required("source_of_wealth", worth);
        let expected = !config.require_expected_activity || self.expected_activity.is_some();
        judge.required("expected_activity", expected);
        judge.required("third_party", !config.ask_third_party || self.third_party.is_some());
        if let Some(third) = &self.third_party {
            third.judge(judge);
        }
    }

    pub(super) fn normalize(&mut self) {
        self.occupation = self.occupation.trim().to_owned();
        if let Some(third) = &mut self.third_party {
            third.party.iter_mut().for_each(Party::normalize);
            third.address.iter_mut().for_each(Address::normalize);
        }
    }
}

impl ThirdPartyDetermination {
    fn judge(&self, judge: &mut Judge<'_>) {
        if !self.acts_for_another {
            if self.party.is_some() {
                judge.wrong("third_party.party", Rule::Other, "must be left out: they act for nobody else");
            }
            return;
        }
        judge.required("third_party.party", self.party.is_some());
        judge.required("third_party.relationship", self.relationship.is_some());
        if let Some(party) = &self.party {
            party.judge("third_party.party", judge);
        }
        if let Some(address) = &self.address {
            address.judge("third_party.address", judge);
        }
        for (field, text) in [("occupation", &self.occupation), ("relationship", &self.relationship)] {
            if let Some(text) = text {
                judge.text(format!("third_party.{field}"), text);
            }
        }
        judge.past("third_party.since", self.since);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData, business::tests::person, config::FinancialConfig};

    pub(crate) fn baker() -> Financial {
        Financial {
            employment: Employment::Employed,
            occupation: "Baker".into(),
            employer: Some("Bread & Co.".into()),
            source_of_funds: vec![MoneySource::Employment],
            source_of_wealth: vec![],
            details: None,
            currency: Some("CAD".into()),
            annual_income: Some(60_000),
            net_worth: None,
            expected_activity: Some(ExpectedActivity {
                purpose: "Salary and rent".into(),
                transactions_a_month: 20,
                amount_a_month: 5_000,
                countries: vec!["CA".into()],
            }),
            third_party: Some(for_another(false)),
        }
    }

    pub(crate) fn for_another(acts: bool) -> ThirdPartyDetermination {
        ThirdPartyDetermination {
            acts_for_another: acts,
            party: acts.then(|| person("Theo Third")),
            address: None,
            occupation: None,
            registration_number: None,
            relationship: acts.then(|| "Uncle".into()),
            since: None,
        }
    }

    fn wrong(financial: &Financial, config: FinancialConfig) -> Vec<String> {
        let config = StepConfig { financial: config, ..StepConfig::default() };
        let problems = StepData::Financial(financial.clone()).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Change = fn(&mut Financial);
        assert_eq!(wrong(&baker(), FinancialConfig::default()), [""; 0]);
        let cases: [(&str, Change); 12] = [
            ("occupation", |f| f.occupation = " ".into()),
            ("employer", |f| f.employer = None),
            ("source_of_funds", |f| f.source_of_funds = vec![]),
            ("source_of_funds", |f| f.source_of_funds = vec![MoneySource::Gift, MoneySource::Gift]),
            ("details", |f| f.source_of_wealth = vec![MoneySource::Other]),
            ("currency", |f| f.currency = None),
            ("currency", |f| f.currency = Some("ZZZ".into())),
            ("expected_activity.countries.0", |f| {
                f.expected_activity.as_mut().unwrap().countries = vec!["ZZ".into()];
            }),
            ("third_party", |f| f.third_party = None),
            ("third_party.party", |f| f.third_party.as_mut().unwrap().party = Some(person("Theo"))),
            ("third_party.party", |f| {
                f.third_party = Some(ThirdPartyDetermination { party: None, ..for_another(true) });
            }),
            ("third_party.relationship", |f| {
                f.third_party = Some(ThirdPartyDetermination { relationship: None, ..for_another(true) });
            }),
        ];
        for (field, change) in cases {
            let mut financial = baker();
            change(&mut financial);
            assert_eq!(wrong(&financial, FinancialConfig::default()), [field]);
        }
    }

    #[test]
    fn what_an_organization_asks_for_has_to_be_there() {
        let bare = Financial { expected_activity: None, annual_income: None, third_party: None, ..baker() };
        let all = FinancialConfig {
            require_source_of_wealth: true,
            require_expected_activity: true,
            ask_third_party: true,
        };
        assert_eq!(wrong(&bare, all), ["source_of_wealth", "expected_activity", "third_party"]);
        let none = FinancialConfig { ask_third_party: false, ..FinancialConfig::default() };
        assert_eq!(wrong(&bare, none), [""; 0]);
    }

    #[test]
    fn more_than_somebody_has() {
        assert_eq!(baker().exceeds_means(), Some(false));
        let poorer = Financial { annual_income: Some(59_999), ..baker() };
        assert_eq!(poorer.exceeds_means(), Some(true));
        assert_eq!(Financial { net_worth: Some(1), ..poorer }.exceeds_means(), Some(false));
        assert_eq!(Financial { annual_income: None, ..baker() }.exceeds_means(), None);
        assert_eq!(Financial { expected_activity: None, ..baker() }.exceeds_means(), None);
    }
}
