//! Policies to begin with. `docs/policy.md` says what each refuses.

use super::{
    Accepted, ActivityLimits, Consequence, DataSource, Exhausted, LivenessMode, Policy, Requirements,
    ScreeningRule, TypeRequirements,
};
use crate::{
    document::{DocumentType, FieldName},
    finding::Check,
    words::words,
};

words! {
    /// A policy with a name that the product brings along.
    pub enum Preset {
        /// What the pictures must show, and no more.
        Basic = "basic",
        /// What a careful officer would ask; where nothing else is set.
        Standard = "standard",
        /// What regulated business asks: lists, movements, no doubt left to weights.
        Strict = "strict",
        /// Whether a living person is old enough, by their own document.
        AgeOnly = "age_only",
    }
}

/// The age of majority nearly everywhere: below it somebody else has to consent.
const ADULT: u32 = 18;
const DAY_S: u32 = 24 * 3600;

/// Without these nobody is verified; every policy requires them.
pub(super) const CORE: [Check; 6] = [
    Check::IsIdentityDocument,
    Check::DocumentReadable,
    Check::RequiredFields,
    Check::FaceMatch,
    Check::SelfieSource,
    Check::PassiveLiveness,
];

/// What declines wherever it fails.
const DECLINED: [Check; 8] = [
    Check::IsIdentityDocument,
    Check::DocumentExpired,
    Check::FaceMatch,
    Check::SelfieSource,
    Check::KnownFace,
    Check::BlockList,
    Check::PassiveLiveness,
    Check::ActiveLiveness,
];

/// What the parts of one document say against each other or against themselves.
const CONTRADICTIONS: [Check; 6] = [
    Check::DateConsistency,
    Check::SuspiciousWords,
    Check::MrzCheckDigits,
    Check::DocumentNumberCrosscheck,
    Check::NameCrosscheck,
    Check::BirthDateCrosscheck,
];

/// Who somebody is, by what is known from before and by their face. An estimate of the age is made of everybody only to
/// tell a child's face from an adult's.
const WHO: [Check; 5] =
    [Check::KnownFace, Check::IdentityConflict, Check::BlockList, Check::Activity, Check::AgeEstimate];

/// What is often innocent, so that only the strict let it stop somebody: a picture that was saved by an editor or handed
/// in twice, an address that print gives badly, a relay of the telephone's network, a registry's spelling.
const WEAK: [Check; 5] = [
    Check::ImageManipulation,
    Check::OnlineDuplication,
    Check::AddressCrosscheck,
    Check::Location,
    Check::Registry,
];

fn all(checks: &[&[Check]], to: Consequence) -> Vec<(Check, Consequence)> {
    checks.iter().copied().flatten().map(|check| (*check, to)).collect()
}

impl Preset {
    /// What it is for, in a line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Basic => "what the pictures must show, and no more: for little risk",
            Self::Standard => "what a careful officer would ask; applies where nothing else is set",
            Self::Strict => "what regulated business asks: lists, movements, no doubt left to weights",
            Self::AgeOnly => "whether a living person is old enough, by their own document",
        }
    }

    pub fn policy(self) -> Policy {
        match self {
            Self::Basic => basic(),
            Self::Standard => standard(),
            Self::Strict => strict(),
            Self::AgeOnly => age_only(),
        }
    }
}

fn basic() -> Policy {
    let mut on_fail = all(&[&DECLINED], Consequence::Decline);
    let review = [Check::DocumentAsAsked, Check::DocumentAccepted, Check::Sanctions];
    on_fail.extend(all(&[&review], Consequence::Review));
    let doubted = [Check::BlockList, Check::DateConsistency, Check::MrzCheckDigits];
    Policy {
        id: None,
        liveness_mode: LivenessMode::Passive,
        // A date that was not read may be long over.
        required: [&CORE[..], &[Check::DocumentExpired]].concat(),
        on_fail,
        on_consider: all(&[&review, &doubted], Consequence::Review),
        below_tolerance: Consequence::Review,
        max_attempts: 3,
        exhausted: Exhausted::Review,
        scored: true,
        requirements: carried(),
        accepted: Accepted { as_declared: true, ..Accepted::default() },
        minimum_age: None,
        screening: ScreeningRule::default(),
        liveness_floor: None,
        activity: ActivityLimits::default(),
        retention_days: None,
    }
}

fn standard() -> Policy {
    let mut on_fail = all(&[&DECLINED, &[Check::DocumentAccepted]], Consequence::Decline);
    let review = [Check::DocumentAsAsked, Check::MinimumAge, Check::Sanctions, Check::OnlineDuplication];
    on_fail.extend(all(&[&review, &CONTRADICTIONS], Consequence::Review));
    on_fail.extend(all(&[&[Check::IdentityConflict, Check::Activity]], Consequence::Review));
    let doubted = [Check::DocumentAsAsked, Check::DocumentAccepted, Check::Sanctions];
    Policy {
        on_fail,
        on_consider: all(&[&doubted, &CONTRADICTIONS, &WHO], Consequence::Review),
        accepted: Accepted { both_sides: true, as_declared: true, ..Accepted::default() },
        minimum_age: Some(ADULT),
        screening: ScreeningRule { required: false, once_imported: true, max_list_age_days: Some(30) },
        activity: ActivityLimits {
            window_s: DAY_S,
            attempts_per_person: Some(5),
            people_per_device: Some(5),
            ..ActivityLimits::default()
        },
        ..basic()
    }
}

fn strict() -> Policy {
    let hopeless = [Check::DocumentAccepted, Check::MinimumAge, Check::OnlineDuplication];
    let mut on_fail = all(&[&DECLINED, &hopeless], Consequence::Decline);
    let review = [Check::DocumentAsAsked, Check::Sanctions, Check::IdentityConflict, Check::Activity];
    let weak = WEAK.iter().filter(|check| !hopeless.contains(check));
    on_fail.extend(weak.map(|check| (*check, Consequence::Review)));
    on_fail.extend(all(&[&review, &CONTRADICTIONS], Consequence::Review));
    let standard = standard();
    let mut on_consider = standard.on_consider.clone();
    on_consider.extend(all(&[&WEAK], Consequence::Review));
    Policy {
        liveness_mode: LivenessMode::PassiveActive,
        required: [&CORE[..], &[Check::DocumentAccepted, Check::DocumentExpired, Check::DateConsistency]]
            .concat(),
        on_fail,
        on_consider,
        accepted: Accepted { refuse_specimens: true, ..standard.accepted },
        screening: ScreeningRule { required: true, once_imported: true, max_list_age_days: Some(7) },
        activity: ActivityLimits {
            window_s: DAY_S,
            attempts_per_person: Some(3),
            people_per_device: Some(2),
            people_per_address: Some(20),
            fastest_s: Some(10),
        },
        ..standard
    }
}

fn age_only() -> Policy {
    let basic = basic();
    let mut on_fail = basic.on_fail.clone();
    on_fail.push((Check::MinimumAge, Consequence::Decline));
    let mut on_consider = basic.on_consider.clone();
    on_consider.push((Check::BirthDateCrosscheck, Consequence::Review));
    let requirements = DocumentType::ALL
        .into_iter()
        .map(|document_type| TypeRequirements {
            document_type,
            // A zone has check digits where print has none.
            source: if document_type == DocumentType::Passport { DataSource::Mrz } else { DataSource::Any },
            requirements: Requirements {
                fields: vec![FieldName::BirthDate],
                raw_barcode: false,
                face_encoding: true,
            },
        })
        .collect();
    Policy { on_fail, on_consider, requirements, minimum_age: Some(ADULT), ..basic }
}

/// What each type of document carries by its standard: ICAO 9303 for passports, passport cards and visas, the
/// AAMVA card design standard for licences and identification cards; of any other what tells who its holder is. A given name
/// is not required: some people have one name only.
fn carried() -> Vec<TypeRequirements> {
    use FieldName::{BirthDate, DocumentNumber, ExpiresAt, IssuingCountry, LastName};
    let of = |document_type, source, fields: &[FieldName]| TypeRequirements {
        document_type,
        source,
        requirements: Requirements { fields: fields.to_vec(), raw_barcode: false, face_encoding: true },
    };
    let machine_readable = [DocumentNumber, ExpiresAt, IssuingCountry, LastName, BirthDate];
    let printed = [DocumentNumber, LastName, BirthDate];
    // Some bear a zone and some do not.
    let foreign = [DocumentNumber, LastName, BirthDate, ExpiresAt, IssuingCountry];
    vec![
        of(DocumentType::Passport, DataSource::Mrz, &machine_readable),
        of(DocumentType::PassportCard, DataSource::Ocr, &printed),
        of(DocumentType::DriverLicense, DataSource::Ocr, &printed),
        of(DocumentType::IdentificationCard, DataSource::Ocr, &printed),
        of(DocumentType::ResidencePermit, DataSource::Any, &foreign),
        of(DocumentType::Visa, DataSource::Any, &foreign),
        of(DocumentType::Other, DataSource::Any, &foreign),
        of(DocumentType::Unknown, DataSource::Any, &foreign),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_policy_that_may_be_set() {
        for preset in Preset::ALL {
            assert_eq!(preset.policy().problems(), [], "{preset}");
        }
        assert_eq!(Policy::default(), Preset::Standard.policy());
    }

    #[test]
    fn no_document_is_taken_that_tells_nothing() {
        use crate::{document::DocumentReading, finding::Outcome};
        for (preset, document_type) in
            Preset::ALL.into_iter().flat_map(|p| DocumentType::ALL.into_iter().map(move |t| (p, t)))
        {
            let nothing = DocumentReading { document_type, ..DocumentReading::default() };
            let finding = preset.policy().required_fields(&nothing);
            assert_eq!(finding.outcome, Outcome::Fail, "{preset} {document_type}");
            assert!(preset.policy().needs(Check::DocumentExpired, None), "{preset}");
        }
    }

    #[test]
    fn each_is_stricter_than_the_one_before() {
        let (basic, standard, strict) = (basic(), standard(), strict());
        assert_eq!(standard.weaker_than(&basic), [] as [&str; 0]);
        assert_eq!(strict.weaker_than(&standard), [] as [&str; 0]);
        assert!(!basic.weaker_than(&standard).is_empty() && !standard.weaker_than(&strict).is_empty());
    }
}
