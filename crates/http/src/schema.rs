//! Lists of words in the published documents.

/// Declares what a list of words is called in the documents. The words come from the type that means them, so that there is
/// no second list that could differ.
///
/// `bonafide_http::vocabulary!(pub(crate) Side: "A side of a document.", ["front", "back"]);`
#[macro_export]
macro_rules! vocabulary {
    ($visible:vis $name:ident: $description:literal, $words:expr) => {
        #[doc = $description]
        $visible enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($description))
                    .enum_values(Some($words))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

#[cfg(test)]
mod tests {
    vocabulary!(Side: "A side of a document.", ["front", "back"]);

    #[test]
    fn the_words_are_published() {
        let schema = serde_json::to_value(<Side as utoipa::PartialSchema>::schema()).unwrap();
        let expected = serde_json::json!({
            "type": "string", "description": "A side of a document.", "enum": ["front", "back"],
        });
        assert_eq!(schema, expected);
        assert_eq!(<Side as utoipa::ToSchema>::name(), "Side");
    }
}
