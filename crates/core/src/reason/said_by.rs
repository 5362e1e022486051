//! Which check says what.

use super::Code;
use crate::{document::FieldName, finding::Check};

impl Check {
    /// Whether a finding of this check may bear a code. Debug builds check it of every finding that is recorded, and the
    /// sandbox forces nothing else.
    pub const fn may_say(self, code: &Code) -> bool {
        use Code as C;
        if matches!(code, C::ModelMissing | C::ModelFailed | C::CheckFailed) {
            return true;
        }
        match self {
            Self::ImageQuality => is_poor_picture(code),
            Self::IsIdentityDocument => matches!(code, C::NoDocument),
            Self::DocumentAsAsked => matches!(
                code,
                C::NoDocument | C::NotAlone | C::OtherDocumentType | C::FrontNotCaptured | C::BackNotCaptured
            ),
            Self::DocumentReadable => {
                matches!(code, C::NoText | C::BarcodeIncomplete) || is_poor_picture(code)
            }
            Self::DocumentExpired => matches!(code, C::NoExpiryDate | C::NoTimeLimit | C::Expired),
            Self::DateConsistency => matches!(
                code,
                C::NoDates
                    | C::BirthInFuture
                    | C::DateImpossible
                    | C::ImplausibleAge
                    | C::NotYetValid
                    | C::IssuedBeforeBirth
                    | C::ExpiresBeforeBirth
                    | C::ExpiresBeforeIssue
                    | C::ValidityTooLong
                    | C::TooYoungForLicence
            ),
            Self::RequiredFields => {
                matches!(code, C::Missing(_) | C::RawBarcodeMissing | C::PortraitMissing)
            }
            Self::SuspiciousWords => matches!(code, C::NoText | C::SuspiciousWords),
            Self::ImageManipulation => matches!(
                code,
                C::NotExamined
                    | C::TooSmall
                    | C::NotAJpeg
                    | C::StronglyCompressed
                    | C::EditingSoftware
                    | C::EditingSoftwareSegments
                    | C::DeclaredGenerated
                    | C::ThumbnailDiffers
                    | C::ThumbnailDiffersInPart
                    | C::RegionCopied
                    | C::GridShifted
                    | C::GridDiffersInRegion
                    | C::SavedAgain
                    | C::ErrorLevelDiffersInRegion
                    | C::NoiseDiffersInRegion
                    | C::Screenshot
                    | C::ScreenRaster
                    | C::NotInColour
            ),
            Self::OnlineDuplication => matches!(
                code,
                C::NothingToCompareWith
                    | C::ComparedWith
                    | C::PublishedSpecimen
                    | C::PictureSeenBefore
                    | C::DocumentSeenBefore
                    | C::DocumentOfAnotherHolder
                    | C::HolderSeenBefore
            ),
            Self::PortraitFound => matches!(code, C::NoPortrait),
            Self::MrzCheckDigits => {
                matches!(code, C::NoMrz | C::CharactersRepaired | C::CheckDigitsWrong | C::TooBlurry)
            }
            Self::DocumentSeal => matches!(
                code,
                C::SealForged
                    | C::SealUnreadable
                    | C::SealCertificateUnknown
                    | C::SealCertificateExpired
                    | C::NothingToCompareWith
                    | C::SourcesDisagree
            ),
            Self::NameCrosscheck if matches!(code, C::Missing(FieldName::LastName)) => true,
            Self::DocumentNumberCrosscheck
            | Self::NameCrosscheck
            | Self::AddressCrosscheck
            | Self::BirthDateCrosscheck => matches!(
                code,
                C::SingleSource
                    | C::SourcesDisagree
                    | C::DeclaredDiffers
                    | C::OtherOrder
                    | C::Transliterated
                    | C::Truncated
                    | C::Initial
                    | C::Nickname
                    | C::PartMissing
                    | C::Joined
                    | C::Particle
                    | C::MisreadCharacters
                    | C::Abbreviated
                    | C::HouseNumberDiffers
                    | C::PostalCodeDiffers
                    | C::DayAndMonthExchanged
                    | C::CharactersDiffer
            ),
            Self::FaceQuality => is_poor_face(code),
            Self::FaceMatch => matches!(
                code,
                C::FaceMismatch
                    | C::NoFace
                    | C::SeveralFaces
                    | C::NoPortrait
                    | C::PortraitNoFace
                    | C::NoTemplate
                    | C::TemplateOfOtherNetwork
                    | C::NotCalibrated
            ),
            Self::SelfieSource => matches!(
                code,
                C::SelfieIsDocument
                    | C::EdgesAround
                    | C::NothingToCompareWith
                    | C::NoFace
                    | C::FaceTooSmall
                    | C::FaceCutOff
            ),
            Self::DocumentAccepted => matches!(
                code,
                C::IssuingCountryUnknown
                    | C::IssuingCountryNotAccepted
                    | C::DocumentTypeNotAccepted
                    | C::DocumentTooOld
                    | C::NoDates
                    | C::Missing(FieldName::IssuingCountry)
            ),
            Self::IdentityConflict => matches!(
                code,
                C::NothingToCompareWith
                    | C::ComparedWith
                    | C::NotCompared
                    | C::HolderSeenBefore
                    | C::NumberOfAnotherName
                    | C::NumberOfAnotherFace
            ),
            Self::MinimumAge => matches!(code, C::NoBirthDate | C::BelowMinimumAge),
            Self::BlockList => matches!(
                code,
                C::ComparedWith
                    | C::NotCompared
                    | C::NoTemplate
                    | C::NumberBlocked
                    | C::NameBlocked
                    | C::FaceBlocked
            ),
            Self::Activity => matches!(
                code,
                C::NothingToCompareWith
                    | C::ComparedWith
                    | C::ManyAttempts
                    | C::ManyPeopleOnDevice
                    | C::ManyPeopleAtAddress
                    | C::FasterThanAPerson
            ),
            Self::KnownFace => matches!(
                code,
                C::NothingToCompareWith
                    | C::ComparedWith
                    | C::NotCompared
                    | C::NoTemplate
                    | C::HolderSeenBefore
                    | C::FaceSeenBefore
                    | C::FaceOfAnotherHolder
                    | C::FaceBlocked
            ),
            Self::AgeEstimate => matches!(code, C::NotComparable | C::NotSure | C::FaceOfAChild),
            Self::GenderEstimate => matches!(code, C::NotComparable | C::NotSure),
            Self::PassiveLiveness => {
                is_poor_face(code)
                    || matches!(
                        code,
                        C::NoFrames
                            | C::FaceTooClose
                            | C::NotLive
                            | C::ScreenRaster
                            | C::ScreenBezel
                            | C::FaceChanged
                    )
            }
            Self::ActiveLiveness => matches!(
                code,
                C::NotAsked
                    | C::Skipped
                    | C::NoFrames
                    | C::NoFace
                    | C::SeveralFaces
                    | C::FaceTooSmall
                    | C::NotStraight
                    | C::NotComparable
                    | C::ChallengeTimeout
                    | C::FaceNotTurned
                    | C::MovementNotShown
                    | C::FaceChanged
                    | C::RepeatedFrame
                    | C::Replayed
                    | C::FlatMotion
                    | C::StillPicture
                    | C::WrongMovement
                    | C::WrongOrder
                    | C::FramesOutOfOrder
            ),
            Self::Declaration => matches!(
                code,
                C::DeclaredNameDiffers
                    | C::DeclaredBirthDateDiffers
                    | C::DeclaredNationalityDiffers
                    | C::DeclaredNumberDiffers
                    | C::FormerNameOnDocument
                    | C::AgreementRefused
                    | C::ContactUnconfirmed
                    | C::NothingToCompareWith
                    | C::NoName
                    | C::NoBirthDate
            ),
            Self::DeclaredRisk => matches!(
                code,
                C::PoliticalOffice
                    | C::HeadOfOrganization
                    | C::FamilyOfOfficeHolder
                    | C::CloseAssociate
                    | C::ThirdPartyInvolved
                    | C::ActivityExceedsMeans
                    | C::OwnershipIncomplete
            ),
            Self::Sanctions | Self::RelatedScreening => {
                matches!(
                    code,
                    C::Listed
                        | C::PossiblyListed
                        | C::HitsDismissed
                        | C::NoLists
                        | C::ListsStale
                        | C::ListsDamaged
                        | C::NoName
                )
            }
            Self::Registry => matches!(
                code,
                C::RegistryDiffers
                    | C::NoDocument
                    | C::NotRegistered
                    | C::NoProvider
                    | C::NothingToAsk
                    | C::CircuitOpen
                    | C::Timeout
                    | C::ProviderFailed
            ),
            Self::Location => {
                matches!(code, C::PositionsApart | C::IpCountryDiffers | C::NoPublicAddress | C::PlaceUnknown)
            }
        }
    }
}

const fn is_poor_picture(code: &Code) -> bool {
    matches!(
        code,
        Code::TooSmall
            | Code::TooBlurry
            | Code::Glare
            | Code::TooDark
            | Code::TooBright
            | Code::CutOff
            | Code::Tilted
    )
}

const fn is_poor_face(code: &Code) -> bool {
    matches!(
        code,
        Code::NoFace
            | Code::SeveralFaces
            | Code::FaceTooSmall
            | Code::FaceCutOff
            | Code::FaceBlurry
            | Code::FaceTooDark
            | Code::FaceTooBright
            | Code::FaceTurned
            | Code::FaceCovered
    )
}
