//! What the person answers to a text: `consent` and `attestation`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{StepKind, config::AnswerConfig, judge::Judge};
use crate::problem::Rule;

/// Most points of a drawn signature: more is no handwriting.
const MOST_POINTS: usize = 10_000;

/// An answer to a text in one of its versions. A no is an answer: it needs no signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnswerStep)]
pub struct Answer {
    /// The version of the text that was shown.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$")]
    pub text_version: String,
    /// The language that it was shown in: ISO 639-1, with a country where needed.
    #[schema(min_length = 2, max_length = 5, pattern = "^[a-z]{2}(-[A-Z]{2})?$")]
    pub language: String,
    pub agreed: bool,
    pub signature: Option<Signature>,
}

/// A signature, either typed or drawn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The whole name, typed.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub typed: Option<String>,
    /// Lines as they were drawn.
    #[schema(min_items = 1, max_items = 500)]
    pub drawn: Option<Vec<Stroke>>,
}

/// One line of a drawn signature, from pen down to pen up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    #[schema(min_items = 1, max_items = 5000)]
    pub points: Vec<Point>,
}

/// A point of the pad: (0, 0) is its top left corner, (1, 1) its bottom right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    #[schema(minimum = 0, maximum = 1)]
    pub x: f64,
    #[schema(minimum = 0, maximum = 1)]
    pub y: f64,
}

impl Answer {
    pub(super) fn judge(&self, kind: StepKind, config: &AnswerConfig, judge: &mut Judge<'_>) {
        if self.text_version != config.version() {
            let message = "must be the version of the text that is asked for now; show it again";
            judge.wrong("text_version", Rule::Enum, message);
        }
        if config.text(kind, &self.language).is_none() {
            judge.wrong("language", Rule::Enum, "must be a language that the text exists in");
        }
        let needed = self.agreed && config.require_signature;
        match &self.signature {
            None => judge.required("signature", !needed),
            Some(signature) => signature.judge(judge),
        }
    }
}

impl Signature {
    fn judge(&self, judge: &mut Judge<'_>) {
        match (&self.typed, &self.drawn) {
            (Some(_), Some(_)) => judge.wrong("signature", Rule::Other, "must be typed or drawn, not both"),
            (None, None) => judge.wrong("signature", Rule::Required, "must be typed or drawn"),
            (Some(name), None) => judge.name("signature.typed", name),
            (None, Some(strokes)) => {
                let points: usize = strokes.iter().map(|stroke| stroke.points.len()).sum();
                let on_pad = |v: f64| (0.0..=1.0).contains(&v);
                let inside = strokes.iter().flat_map(|s| &s.points).all(|p| on_pad(p.x) && on_pad(p.y));
                if points > MOST_POINTS {
                    let message = format!("must have at most {MOST_POINTS} points in all");
                    judge.wrong("signature.drawn", Rule::Length, message);
                } else if !inside {
                    judge.wrong("signature.drawn", Rule::Range, "must lie between 0 and 1");
                } else if is_empty(strokes) {
                    judge.wrong("signature.drawn", Rule::Length, "must not be empty: sign on the pad");
                }
            }
        }
    }
}

/// Whether nothing was drawn but dots: the pen has to come a twentieth of the pad's width along.
fn is_empty(strokes: &[Stroke]) -> bool {
    let along = |stroke: &Stroke| {
        let steps = stroke.points.iter().zip(stroke.points.iter().skip(1));
        steps.map(|(a, b)| (a.x - b.x).hypot(a.y - b.y)).sum::<f64>()
    };
    strokes.iter().map(along).sum::<f64>() < 0.05
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData};

    pub(crate) fn yes() -> Answer {
        Answer {
            text_version: AnswerConfig::default().version().to_owned(),
            language: "en".into(),
            agreed: true,
            signature: Some(Signature { typed: Some("Anna Müller".into()), drawn: None }),
        }
    }

    fn wrong(answer: Answer, config: &StepConfig) -> Vec<String> {
        let problems = StepData::Consent(answer).problems(date(2026, 11, 30), config);
        problems.into_iter().map(|p| p.field).collect()
    }

    fn drawn(points: &[(f64, f64)]) -> Option<Signature> {
        let points = points.iter().map(|(x, y)| Point { x: *x, y: *y }).collect();
        Some(Signature { typed: None, drawn: Some(vec![Stroke { points }]) })
    }

    #[test]
    fn a_yes_is_signed_and_a_no_needs_not_be() {
        let config = StepConfig::default();
        assert_eq!(wrong(yes(), &config), [""; 0]);
        assert_eq!(wrong(Answer { signature: None, ..yes() }, &config), ["signature"]);
        assert_eq!(wrong(Answer { signature: None, agreed: false, ..yes() }, &config), [""; 0]);
        let with = |signature| wrong(Answer { signature, ..yes() }, &config);
        assert_eq!(with(Some(Signature::default())), ["signature"]);
        assert_eq!(with(Some(Signature { typed: Some("..".into()), drawn: None })), ["signature.typed"]);
        assert_eq!(with(drawn(&[(0.1, 0.1), (0.5, 0.4), (0.9, 0.2)])), [""; 0]);
        assert_eq!(with(drawn(&[(0.1, 0.1)])), ["signature.drawn"], "a dot");
        assert_eq!(with(drawn(&[])), ["signature.drawn"]);
        assert_eq!(with(drawn(&[(0.1, 0.1), (1.5, 0.4)])), ["signature.drawn"], "off the pad");
        assert_eq!(with(drawn(&[(0.1, 0.9); 10_001])), ["signature.drawn"], "too many");
        let both = Signature { typed: Some("Anna".into()), ..drawn(&[(0.1, 0.1), (0.9, 0.2)]).unwrap() };
        assert_eq!(with(Some(both)), ["signature"]);
        let unsigned = AnswerConfig { require_signature: false, ..AnswerConfig::default() };
        let config = StepConfig { consent: unsigned, ..StepConfig::default() };
        assert_eq!(wrong(Answer { signature: None, ..yes() }, &config), [""; 0]);
    }

    #[test]
    fn the_text_is_the_one_of_today() {
        let config = StepConfig::default();
        let of = |version: &str, language: &str| Answer {
            text_version: version.into(),
            language: language.into(),
            ..yes()
        };
        assert_eq!(wrong(of("0", "en"), &config), ["text_version"]);
        assert_eq!(wrong(of(&yes().text_version, "xx"), &config), ["language"]);
        assert_eq!(wrong(of(&yes().text_version, "fr-CA"), &config), [""; 0]);
    }
}
