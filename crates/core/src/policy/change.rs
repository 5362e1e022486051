//! What a change of a policy weakens.

use super::{Consequence, LivenessMode, Policy};
use crate::finding::Check;

impl Policy {
    /// The fields in which this one asks less than another: somebody that the other stops it may let through.
    pub fn weaker_than(&self, other: &Self) -> Vec<&'static str> {
        let (new, old) = (self, other);
        let (now, before) = (&new.accepted, &old.accepted);
        let every = |weaker: &dyn Fn(Check) -> bool| Check::ALL.into_iter().any(weaker);
        let asks = [
            (
                "liveness_mode",
                new.liveness_mode == LivenessMode::Passive && old.liveness_mode != new.liveness_mode,
            ),
            ("required", old.required.iter().any(|check| !new.needs(*check, None))),
            ("on_fail", every(&|c| gravity(new.on_failure(c, None)) < gravity(old.on_failure(c, None)))),
            ("on_consider", every(&|c| gravity(new.on_doubt(c, None)) < gravity(old.on_doubt(c, None)))),
            ("below_tolerance", gravity(Some(new.below_tolerance)) < gravity(Some(old.below_tolerance))),
            ("max_attempts", new.max_attempts > old.max_attempts),
            ("requirements", new.requires_less_than(old)),
            ("accepted.countries", wider(now.countries.as_deref(), before.countries.as_deref())),
            ("accepted.types", wider(now.types.as_deref(), before.types.as_deref())),
            ("accepted.max_age_days", higher(now.max_age_days, before.max_age_days)),
            ("accepted.both_sides", before.both_sides && !now.both_sides),
            ("accepted.as_declared", before.as_declared && !now.as_declared),
            ("accepted.refuse_specimens", before.refuse_specimens && !now.refuse_specimens),
            ("minimum_age", new.minimum_age < old.minimum_age),
            ("screening.required", old.screening.required && !new.screening.required),
            (
                "screening.once_imported",
                old.screening.once_imported && !(new.screening.once_imported || new.screening.required),
            ),
            (
                "screening.max_list_age_days",
                higher(new.screening.max_list_age_days, old.screening.max_list_age_days),
            ),
            ("liveness_floor", new.liveness_floor < old.liveness_floor),
            ("activity.window_s", new.activity.window_s < old.activity.window_s),
            (
                "activity.attempts_per_person",
                higher(new.activity.attempts_per_person, old.activity.attempts_per_person),
            ),
            (
                "activity.people_per_device",
                higher(new.activity.people_per_device, old.activity.people_per_device),
            ),
            (
                "activity.people_per_address",
                higher(new.activity.people_per_address, old.activity.people_per_address),
            ),
            ("activity.fastest_s", new.activity.fastest_s < old.activity.fastest_s),
        ];
        asks.into_iter().filter(|(_, weaker)| *weaker).map(|(field, _)| field).collect()
    }

    /// Whether something that another requires of a document need not be there.
    pub fn requires_less_than(&self, other: &Self) -> bool {
        other.requirements.iter().any(|old| {
            let same =
                |r: &&super::TypeRequirements| (r.document_type, r.source) == (old.document_type, old.source);
            match self.requirements.iter().find(same) {
                None => old.requirements != super::Requirements::default(),
                Some(new) => new.requirements.asks_less_than(&old.requirements),
            }
        })
    }
}

impl super::Requirements {
    /// Whether one of the other's switches is off here.
    pub fn asks_less_than(&self, other: &Self) -> bool {
        other.fields.iter().any(|field| !self.fields.contains(field))
            || (other.raw_barcode && !self.raw_barcode)
            || (other.face_encoding && !self.face_encoding)
    }
}

fn gravity(to: Option<Consequence>) -> u8 {
    match to {
        None => 0,
        // Somebody else's picture may pass the next time.
        Some(Consequence::Retry) => 1,
        Some(Consequence::Review) => 2,
        Some(Consequence::Decline) => 3,
    }
}

/// Whether a limit was lifted; an absent one is none.
fn higher(new: Option<u32>, old: Option<u32>) -> bool {
    old.is_some_and(|old| new.is_none_or(|new| new > old))
}

/// Whether more is taken; an absent list takes everything.
fn wider<T: PartialEq>(new: Option<&[T]>, old: Option<&[T]>) -> bool {
    old.is_some_and(|old| new.is_none_or(|new| new.iter().any(|one| !old.contains(one))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{document::DocumentType, policy::Preset};

    type Change = fn(&mut Policy);

    /// Each change weakens one field, and its reverse none.
    #[test]
    fn what_asks_less_is_named() {
        let mut full = Preset::Strict.policy();
        full.accepted.countries = Some(vec!["CAN".into()]);
        full.accepted.types = Some(vec![DocumentType::Passport]);
        full.accepted.max_age_days = Some(100);
        full.liveness_floor = Some(0.6);
        let cases: Vec<(&str, Change)> = vec![
            ("liveness_mode", |p| {
                p.required.push(Check::ActiveLiveness);
                p.liveness_mode = LivenessMode::Passive;
            }),
            ("on_fail", |p| p.on_fail.retain(|(c, _)| *c != Check::OnlineDuplication)),
            ("on_fail", |p| p.on_fail[0].1 = Consequence::Review),
            ("on_fail", |p| p.on_fail[0].1 = Consequence::Retry),
            ("on_consider", |p| p.on_consider.retain(|(c, _)| *c != Check::KnownFace)),
            ("max_attempts", |p| p.max_attempts += 1),
            ("requirements", |p| p.requirements.truncate(1)),
            ("requirements", |p| p.requirements[0].requirements.face_encoding = false),
            ("accepted.countries", |p| p.accepted.countries = None),
            ("accepted.countries", |p| p.accepted.countries = Some(vec!["CAN".into(), "USA".into()])),
            ("accepted.types", |p| p.accepted.types = None),
            ("accepted.max_age_days", |p| p.accepted.max_age_days = Some(101)),
            ("accepted.both_sides", |p| p.accepted.both_sides = false),
            ("accepted.refuse_specimens", |p| p.accepted.refuse_specimens = false),
            ("minimum_age", |p| p.minimum_age = Some(17)),
            ("screening.max_list_age_days", |p| p.screening.max_list_age_days = None),
            ("liveness_floor", |p| p.liveness_floor = Some(0.5)),
            ("activity.window_s", |p| p.activity.window_s -= 1),
            ("activity.people_per_address", |p| p.activity.people_per_address = Some(1000)),
            ("activity.fastest_s", |p| p.activity.fastest_s = None),
        ];
        for (field, weaken) in cases {
            let mut weaker = full.clone();
            weaken(&mut weaker);
            assert_eq!(weaker.weaker_than(&full), [field]);
            assert_eq!(full.weaker_than(&weaker), [] as [&str; 0], "{field}");
        }
        assert_eq!(full.weaker_than(&full), [] as [&str; 0]);
    }
}
