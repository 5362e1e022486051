//! What a verification must have, and what follows when it has not. `docs/policy.md` explains each field.

pub(crate) mod backtest;
pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod current;
pub(crate) mod list;
pub(crate) mod presets;
pub(crate) mod read;

use bonafide_core::{id::PolicyId, policy::Preset, problem::Rule};
use bonafide_engine::{
    Error,
    tuning::{DEFAULT, For, PolicyVersion, Proposal},
};
use bonafide_http::Result;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::body::{PolicyChange, PolicyRules};
use crate::extract::time;

/// One version of a policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct Policy {
    id: String,
    name: String,
    /// The client it is for; absent for all of yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// Your user it is for; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// Counts those of this name, client and user from 1.
    version: i64,
    policy: PolicyRules,
    created_at: String,
}

impl Policy {
    fn of(of: PolicyVersion) -> Self {
        let given = |text: String| Some(text).filter(|t| !t.is_empty());
        Self {
            id: of.id.to_string(),
            name: of.name,
            client_id: given(of.client_id),
            user_id: given(of.user_id),
            version: of.version,
            policy: PolicyRules::of(&of.policy),
            created_at: of.created_at.to_string(),
        }
    }
}

bonafide_http::vocabulary!(
    pub(crate) PresetName: "A policy that the product brings along.",
    Preset::ALL.map(Preset::as_str)
);

/// A policy to try or to set: a preset, and what differs from it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPolicy {
    /// `default` when absent: the policy of verifications that name none.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$")]
    name: Option<String>,
    /// One of your clients; all when absent.
    client_id: Option<String>,
    /// Your word for one of your users; all when absent.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    user_id: Option<String>,
    /// What the fields that `policy` leaves out are taken from; `standard` when absent.
    #[schema(value_type = Option<PresetName>)]
    preset: Option<String>,
    policy: Option<PolicyChange>,
    /// Look back on sessions judged since then (RFC 3339); a month when absent.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Set the policy although it asks less than the one in force, or would have let somebody through.
    accept_weaker: Option<bool>,
}

impl NewPolicy {
    fn accepts_weaker(&self) -> bool {
        self.accept_weaker.unwrap_or(false)
    }

    fn proposal(self) -> Result<Proposal> {
        let preset = match &self.preset {
            None => Preset::Standard,
            Some(word) => Preset::parse(word).ok_or_else(|| {
                Error::invalid("preset", Rule::Enum, "is no preset; see GET /console/policies/presets")
            })?,
        };
        let mut policy = preset.policy();
        if let Some(change) = self.policy {
            change.lay_over(&mut policy)?;
        }
        let given = |text: Option<String>| text.filter(|t| !t.is_empty());
        Ok(Proposal {
            name: self.name.unwrap_or_else(|| DEFAULT.to_owned()),
            of: For { client_id: given(self.client_id), user_id: given(self.user_id) },
            policy,
            since: time("since", self.since.as_deref())?,
        })
    }
}

fn policy_id(text: &str) -> Result<PolicyId> {
    Ok(text.parse().map_err(|_| Error::NotFound("policy"))?)
}
