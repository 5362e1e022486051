//! Why a check or a decision came out as it did: every reason this program gives, each with one code.

mod said_by;

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{document::FieldName, finding::Check};

macro_rules! codes { ($($(#[$about:meta])* $group:ident { $($(#[$doc:meta])* $name:ident = $word:literal,)* })*) => {
    /// A stable, machine-readable reason. The words are stored and sent: never change one.
    ///
    /// The codes come in groups by what they say of the person and their document; see [`Code::group`].
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Code {
        $($($(#[$doc])* $name,)*)*
        /// A check failed: told before the reasons why.
        Failed(Check),
        /// A check asks for a look.
        Unsure(Check),
        /// A check could not tell.
        NotAssessed(Check),
        /// A required field was not read.
        Missing(FieldName),
        /// A word of a newer program, kept as it is.
        Unknown(String),
    }

    /// What a code speaks of.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Group { $($(#[$about])* $group,)* }

    impl Code {
        /// Every code that has a name of its own.
        pub const NAMED: &[Self] = &[$($(Self::$name),*),*];

        /// The word that is stored and sent.
        pub fn word(&self) -> Cow<'_, str> {
            Cow::Borrowed(match self {
                $($(Self::$name => $word,)*)*
                Self::Failed(check) => return Cow::Owned(format!("{check}_failed")),
                Self::Unsure(check) => return Cow::Owned(format!("{check}_unsure")),
                Self::NotAssessed(check) => return Cow::Owned(format!("{check}_not_assessed")),
                Self::Missing(field) => return Cow::Owned(format!("{field}_missing")),
                Self::Unknown(word) => word,
            })
        }

        /// What it speaks of.
        pub const fn group(&self) -> Group {
            match self {
                $($(Self::$name => Group::$group,)*)*
                Self::Failed(_) | Self::Missing(_) | Self::Unknown(_) => Group::Verdict,
                Self::Unsure(_) => Group::Verdict,
                Self::NotAssessed(_) => Group::NotRun,
            }
        }

        fn named(word: &str) -> Option<Self> {
            match word { $($($word => Some(Self::$name),)*)* _ => None }
        }
    }
} }
codes! {
    /// Better pictures can mend it.
    Capture {
        NoDocument = "no_document",
        NoText = "no_text",
        TooBlurry = "too_blurry",
        TooDark = "too_dark",
        TooBright = "too_bright",
        TooSmall = "too_small",
        Glare = "glare",
        CutOff = "cut_off",
        Tilted = "tilted",
        FrontNotCaptured = "front_not_captured",
        BackNotCaptured = "back_not_captured",
        /// Another document or another person is in the picture of the document.
        NotAlone = "document_not_alone",
        NoFace = "no_face",
        SeveralFaces = "several_faces",
        FaceTooSmall = "face_too_small",
        FaceBlurry = "face_blurry",
        /// The barcode's text goes on in symbols that are not in the picture.
        BarcodeIncomplete = "barcode_incomplete",
        FaceTooDark = "face_too_dark",
        FaceCutOff = "face_cut_off",
        FaceTooBright = "face_too_bright",
        FaceTooClose = "face_too_close",
        FaceNotTurned = "face_not_turned",
        MovementNotShown = "movement_not_shown",
        ChallengeTimeout = "challenge_timeout",
        NotStraight = "not_straight",
    }
    /// The person could not go on with the capture. Says nothing about them or their document, and no check says it.
    Stopped {
        /// They did not let the page use the camera.
        CameraRefused = "camera_refused",
        CameraNotFound = "camera_not_found",
        BrowserNotSupported = "browser_not_supported",
        ConnectionPoor = "connection_poor",
        NoDocumentAtHand = "no_document_at_hand",
        NotReady = "not_ready",
        /// They left.
        CaptureDropped = "capture_dropped",
    }
    /// The check could not run, or had nothing to go by. Says nothing about the person.
    NotRun {
        /// The network that the check needs is not installed or cannot be loaded.
        ModelMissing = "model_missing",
        ModelFailed = "model_failed",
        /// The check was tried several times and did not come to an end.
        CheckFailed = "check_failed",
        /// No frame was submitted.
        NoFrames = "no_frames",
        NoMrz = "no_mrz",
        NoDates = "no_dates",
        NoExpiryDate = "no_expiry_date",
        NoName = "no_name",
        NoBirthDate = "no_birth_date",
        /// No face was found in the portrait on the document.
        PortraitNoFace = "portrait_no_face",
        /// The selfie gave no template, or none is stored.
        NoTemplate = "no_template",
        TemplateOfOtherNetwork = "template_of_other_network",
        NotCalibrated = "not_calibrated",
        NotComparable = "not_comparable",
        NotSure = "not_sure",
        NothingToCompareWith = "nothing_to_compare_with",
        /// The seal is of an unknown version, or not as its specification has it.
        SealUnreadable = "seal_unreadable",
        /// The certificate that the seal names is not installed.
        SealCertificateUnknown = "seal_certificate_unknown",
        /// It was not valid on the day of the signature.
        SealCertificateExpired = "seal_certificate_expired",
        SingleSource = "single_source",
        /// The file as it was submitted was not examined.
        NotExamined = "not_examined",
        /// No movements were asked for.
        NotAsked = "not_asked",
        NoLists = "no_lists",
        /// The newest list is older than the policy allows.
        ListsStale = "lists_stale",
        /// A list cannot be read as it was imported.
        ListsDamaged = "lists_damaged",
        /// No licence registry is configured.
        NoProvider = "no_provider",
        /// The registry does not know documents of this type or issuer.
        NotRegistered = "not_registered",
        NothingToAsk = "nothing_to_ask",
        CircuitOpen = "circuit_open",
        Timeout = "timeout",
        ProviderFailed = "provider_failed",
        NoPublicAddress = "no_public_address",
        PlaceUnknown = "place_unknown",
        /// No signal that has a weight could be assessed.
        NoScore = "no_score",
    }
    /// Told beside a finding; no reason by itself.
    Note {
        ComparedWith = "compared_with",
        /// Templates that other networks made were left out.
        NotCompared = "not_compared",
        /// The same document or face came before with the same name and birth date.
        HolderSeenBefore = "holder_seen_before",
        HitsDismissed = "hits_dismissed",
        /// The document says that its validity has no end.
        NoTimeLimit = "no_time_limit",
        CharactersRepaired = "characters_repaired",
        /// The frames alone were convincing enough to skip the movements.
        Skipped = "skipped",
        NotAJpeg = "not_a_jpeg",
        /// Compression may hide edits.
        StronglyCompressed = "strongly_compressed",
        // how two values differ
        OtherOrder = "other_order",
        Transliterated = "transliterated",
        Truncated = "truncated",
        Initial = "initial",
        Nickname = "nickname",
        PartMissing = "part_missing",
        Joined = "joined",
        Particle = "particle",
        MisreadCharacters = "misread_characters",
        Abbreviated = "abbreviated",
        HouseNumberDiffers = "house_number_differs",
        PostalCodeDiffers = "postal_code_differs",
        DayAndMonthExchanged = "day_and_month_exchanged",
        CharactersDiffer = "characters_differ",
    }
    /// Speaks against the document, the capture or the person.
    Verdict {
        // document
        OtherDocumentType = "other_document_type",
        SuspiciousWords = "suspicious_words",
        CheckDigitsWrong = "check_digits_wrong",
        /// The signature in the document's own code is not its issuer's.
        SealForged = "seal_forged",
        NoPortrait = "no_portrait",
        RawBarcodeMissing = "raw_barcode_missing",
        PortraitMissing = "portrait_missing",
        SourcesDisagree = "sources_disagree",
        DeclaredDiffers = "declared_differs",
        /// No country has the code that the document names as its issuer.
        IssuingCountryUnknown = "issuing_country_unknown",
        IssuingCountryNotAccepted = "issuing_country_not_accepted",
        DocumentTypeNotAccepted = "document_type_not_accepted",
        /// Issued longer ago than the policy allows.
        DocumentTooOld = "document_too_old",
        BelowMinimumAge = "below_minimum_age",
        // dates
        Expired = "expired",
        NotYetValid = "not_yet_valid",
        BirthInFuture = "birth_in_future",
        /// The zone's digits hold over a day that no calendar has.
        DateImpossible = "date_impossible",
        ImplausibleAge = "implausible_age",
        IssuedBeforeBirth = "issued_before_birth",
        ExpiresBeforeBirth = "expires_before_birth",
        ExpiresBeforeIssue = "expires_before_issue",
        ValidityTooLong = "validity_too_long",
        TooYoungForLicence = "too_young_for_licence",
        // seen before
        PublishedSpecimen = "published_specimen",
        PictureSeenBefore = "picture_seen_before",
        DocumentSeenBefore = "document_seen_before",
        DocumentOfAnotherHolder = "document_of_another_holder",
        NumberOfAnotherName = "number_of_another_name",
        NumberOfAnotherFace = "number_of_another_face",
        /// On the organization's block list.
        NumberBlocked = "number_blocked",
        NameBlocked = "name_blocked",
        // traces of editing and recapture
        EditingSoftware = "editing_software",
        EditingSoftwareSegments = "editing_software_segments",
        DeclaredGenerated = "declared_generated",
        ThumbnailDiffers = "thumbnail_differs",
        ThumbnailDiffersInPart = "thumbnail_differs_in_part",
        RegionCopied = "region_copied",
        GridShifted = "grid_shifted",
        GridDiffersInRegion = "grid_differs_in_region",
        SavedAgain = "saved_again",
        ErrorLevelDiffersInRegion = "error_level_differs_in_region",
        NoiseDiffersInRegion = "noise_differs_in_region",
        Screenshot = "screenshot",
        ScreenRaster = "screen_raster",
        ScreenBezel = "screen_bezel",
        NotInColour = "not_in_colour",
        // face
        FaceMismatch = "face_mismatch",
        /// The selfie is the document's picture, a part of it, or a photograph of it.
        SelfieIsDocument = "selfie_is_document",
        /// The edges of a print or a screen are around the face.
        EdgesAround = "edges_around",
        /// A child's face with an adult's document.
        FaceOfAChild = "face_of_a_child",
        FaceCovered = "face_covered",
        FaceTurned = "face_turned",
        FaceSeenBefore = "face_seen_before",
        FaceOfAnotherHolder = "face_of_another_holder",
        /// On the organization's block list.
        FaceBlocked = "face_blocked",
        // liveness
        NotLive = "not_live",
        FaceChanged = "face_changed",
        RepeatedFrame = "repeated_frame",
        Replayed = "replayed",
        FlatMotion = "flat_motion",
        StillPicture = "still_picture",
        WrongMovement = "wrong_movement",
        WrongOrder = "wrong_order",
        FramesOutOfOrder = "frames_out_of_order",
        // outside sources
        Listed = "listed",
        PossiblyListed = "possibly_listed",
        RegistryDiffers = "registry_differs",
        PositionsApart = "positions_apart",
        IpCountryDiffers = "ip_country_differs",
        // activity
        ManyAttempts = "many_attempts",
        ManyPeopleOnDevice = "many_people_on_device",
        ManyPeopleAtAddress = "many_people_at_address",
        FasterThanAPerson = "faster_than_a_person",
        // what the person said in the steps
        DeclaredNameDiffers = "declared_name_differs",
        DeclaredBirthDateDiffers = "declared_birth_date_differs",
        DeclaredNationalityDiffers = "declared_nationality_differs",
        DeclaredNumberDiffers = "declared_number_differs",
        // all together
        ScoreBelowTolerance = "score_below_tolerance",
    }
    /// Said by the person themselves, and for a human to weigh: nothing wrong by itself.
    Weighed {
        /// The document bears a name that the person had before.
        FormerNameOnDocument = "former_name_on_document",
        /// They did not agree with a text that they were asked to agree with.
        AgreementRefused = "agreement_refused",
        /// An e-mail address or a phone number that no code came back from.
        ContactUnconfirmed = "contact_unconfirmed",
        PoliticalOffice = "political_office",
        HeadOfOrganization = "head_of_organization",
        FamilyOfOfficeHolder = "family_of_office_holder",
        CloseAssociate = "close_associate",
        ThirdPartyInvolved = "third_party_involved",
        /// They expect to move more than they earn and own.
        ActivityExceedsMeans = "activity_exceeds_means",
        /// Somebody who was not named may own much of the business.
        OwnershipIncomplete = "ownership_incomplete",
    }
}

impl Code {
    /// Whether better pictures can mend it, so that the person should capture again.
    pub const fn is_capture(&self) -> bool {
        matches!(self.group(), Group::Capture)
    }

    /// Every code that this program may say.
    pub fn all() -> Vec<Self> {
        let of_checks =
            Check::ALL.into_iter().flat_map(|c| [Self::Failed(c), Self::Unsure(c), Self::NotAssessed(c)]);
        Self::NAMED.iter().cloned().chain(of_checks).chain(FieldName::ALL.map(Self::Missing)).collect()
    }

    /// What any word says; [`Code::Unknown`] for one that this program does not know.
    pub fn parse(word: &str) -> Self {
        let of_check =
            |end: &str, code: fn(Check) -> Self| word.strip_suffix(end).and_then(Check::parse).map(code);
        Self::named(word)
            // Before `_failed`: no check's name ends like another's code.
            .or_else(|| of_check("_not_assessed", Self::NotAssessed))
            .or_else(|| of_check("_unsure", Self::Unsure))
            .or_else(|| of_check("_failed", Self::Failed))
            .or_else(|| word.strip_suffix("_missing").and_then(FieldName::parse).map(Self::Missing))
            .unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.word())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&Cow::<str>::deserialize(from)?))
    }
}

/// A code and what to do about it in words. Never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Programs switch on it.
    pub code: Code,
    /// One sentence for people; says what was measured and, where it helps, what to do next.
    pub detail: String,
}

impl Reason {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own_and_comes_back_from_it() {
        let codes = Code::all();
        let words: BTreeSet<String> = codes.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), codes.len());
        for code in codes {
            let word = code.to_string();
            assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{word}");
            assert_eq!(serde_json::to_value(&code).unwrap(), word);
            assert_eq!(serde_json::from_value::<Code>(word.into()).unwrap(), code);
        }
    }

    #[test]
    fn words_as_they_are_stored() {
        for (code, word) in [
            (Code::ModelMissing, "model_missing"),
            (Code::Failed(Check::FaceMatch), "face_match_failed"),
            (Code::Unsure(Check::Sanctions), "sanctions_unsure"),
            (Code::NotAssessed(Check::PassiveLiveness), "passive_liveness_not_assessed"),
            (Code::Missing(FieldName::BirthDate), "birth_date_missing"),
            (Code::PartMissing, "part_missing"),
        ] {
            assert_eq!((code.to_string().as_str(), Code::parse(word)), (word, code));
        }
    }

    #[test]
    fn a_newer_programs_word_is_kept() {
        let row = serde_json::json!({"code": "iris_differs", "detail": "of tomorrow"});
        let reason: Reason = serde_json::from_value(row.clone()).unwrap();
        assert_eq!(reason.code, Code::Unknown("iris_differs".into()));
        assert!(!reason.code.is_capture());
        assert_eq!(serde_json::to_value(&reason).unwrap(), row);
    }
}
