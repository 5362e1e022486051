//! What would make a decision another one.

use bonafide_core::flip::{Change, Flip, Number, Obstacle};
use serde::Serialize;
use utoipa::ToSchema;

use super::findings::Why;

/// What would make the machine's last decision another one: of one that is no approval, an approval.
#[derive(Serialize, ToSchema)]
pub(crate) struct WouldFlip {
    /// Each of these has to become clear, whatever the score is.
    obstacles: Vec<StandsInTheWay>,
    /// What no check would mend.
    others: Vec<Why>,
    /// Once those are gone, each of these alone is enough: the smallest change first, the tolerance of the score last.
    score: Vec<SmallestChange>,
    /// Of an approval: the checks that it depends on, with what the decision were had they failed.
    depends_on: Vec<DependsOn>,
}

/// What keeps from an approval.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandsInTheWay {
    check: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    /// Absent when the check did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// What it alone leads to: `decline`, `review`, `retry` or `give_up`.
    leads_to: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    reasons: Vec<String>,
    /// The smallest change of one tolerance that would make it clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerance: Option<SmallestChange>,
}

/// One number, and what it would have to be.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmallestChange {
    /// The check whose score it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    /// The tolerance that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerance: Option<&'static str>,
    from: f64,
    to: f64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DependsOn {
    check: &'static str,
    leads_to: &'static str,
}

impl WouldFlip {
    pub(crate) fn of(flip: &Flip) -> Self {
        let stands = |o: &Obstacle| StandsInTheWay {
            check: o.check.as_str(),
            side: o.side.map(|side| side.as_str()),
            outcome: o.outcome.map(|outcome| outcome.as_str()),
            leads_to: o.leads_to.as_str(),
            score: o.score,
            threshold: o.threshold,
            reasons: o.reasons.iter().map(ToString::to_string).collect(),
            tolerance: o.tolerance.as_ref().map(SmallestChange::of),
        };
        Self {
            obstacles: flip.obstacles.iter().map(stands).collect(),
            others: Why::all(&flip.others),
            score: flip.score.iter().map(SmallestChange::of).collect(),
            depends_on: flip
                .depends_on
                .iter()
                .map(|(check, to)| DependsOn { check: check.as_str(), leads_to: to.as_str() })
                .collect(),
        }
    }
}

impl SmallestChange {
    fn of(change: &Change) -> Self {
        let (check, side, tolerance) = match change.what {
            Number::Score { check, side } => (Some(check.as_str()), side.map(|s| s.as_str()), None),
            Number::Tolerance { name } => (None, None, Some(name)),
        };
        Self { check, side, tolerance, from: change.from, to: change.to }
    }
}
