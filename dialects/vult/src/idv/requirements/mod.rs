//! The 25 switches: which fields a source has to give for a type of document.

pub(crate) mod get;
pub(crate) mod update;

use bonafide_core::{
    document::FieldName,
    policy::{Requirements, TypeRequirements},
};
use bonafide_engine::tuning::For;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{self, DataSourceE, DocumentTypeE};

macro_rules! switches {
    ($($name:ident: $field:ident,)*) => {
        /// What one source has to give for one type of document.
        #[derive(Debug, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Switches {
            /// The client these are for; absent for all of yours.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(crate) client_id: Option<String>,
            /// Your user these are for; absent for all.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
            pub(crate) user_id: Option<String>,
            /// `unknown`: documents whose type could not be told.
            pub(crate) type_e: DocumentTypeE,
            /// Where the fields have to come from; `unknown` is any source.
            pub(crate) data_source_e: DataSourceE,
            $($name: bool,)*
            /// The barcode has to decode.
            raw_barcode_required: bool,
            /// A portrait has to be found.
            face_encoding_required: bool,
        }

        impl Switches {
            /// The switches that are on.
            pub(crate) fn requirements(&self) -> Requirements {
                let all = [$((self.$name, FieldName::$field)),*];
                Requirements {
                    fields: all.into_iter().filter(|(on, _)| *on).map(|(_, field)| field).collect(),
                    raw_barcode: self.raw_barcode_required,
                    face_encoding: self.face_encoding_required,
                }
            }

            pub(crate) fn new(of: &For, on: &TypeRequirements) -> Self {
                let TypeRequirements { document_type, source, requirements } = on;
                Self {
                    client_id: of.client_id.clone(),
                    user_id: of.user_id.clone(),
                    type_e: words::document_type(*document_type),
                    data_source_e: words::requirement_source(*source),
                    $($name: requirements.fields.contains(&FieldName::$field),)*
                    raw_barcode_required: requirements.raw_barcode,
                    face_encoding_required: requirements.face_encoding,
                }
            }
        }
    };
}

switches! {
    document_number_required: DocumentNumber,
    ref_number_required: RefNumber,
    issue_at_required: IssuedAt,
    expires_at_required: ExpiresAt,
    issuing_country_required: IssuingCountry,
    issuing_state_required: IssuingState,
    first_name_required: FirstName,
    middle_name_required: MiddleName,
    last_name_required: LastName,
    name_suffix_required: NameSuffix,
    street_required: Street,
    city_required: City,
    state_required: State,
    postal_code_required: PostalCode,
    birth_date_required: BirthDate,
    gender_required: Gender,
    height_required: Height,
    weight_required: Weight,
    eye_color_required: EyeColor,
    hair_color_required: HairColor,
    class_required: Class,
    mentions_required: Mentions,
    restrictions_required: Restrictions,
}
