//! How the enums of this crate get their words.

/// An enum of words, for what reads and writes all of them alike.
pub trait Vocabulary: Copy + 'static {
    /// The word that is stored and sent.
    fn word(self) -> &'static str;
    /// `None` for a word that this program does not know.
    fn of_word(word: &str) -> Option<Self>;
    /// Every word.
    fn words() -> Vec<&'static str>;
}

/// An enum of words: what is stored, sent and read back for each variant. One table gives the variant, its word, the list
/// of all, `as_str`, `parse`, `Display`, serde and the published schema, so that none of them can differ from another. Words are stored and
/// published: never change one.
macro_rules! words { (
    $(#[$meta:meta])*
    pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }
) => {
    $(#[$meta])*
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum $name { $($(#[$doc])* $variant,)* }

    impl $name {
        pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

        /// The word that is stored and sent.
        pub const fn as_str(self) -> &'static str {
            match self { $(Self::$variant => $word,)* }
        }

        pub fn parse(word: &str) -> Option<Self> {
            match word { $($word => Some(Self::$variant),)* _ => None }
        }
    }

    impl $crate::words::Vocabulary for $name {
        fn word(self) -> &'static str {
            self.as_str()
        }
        fn of_word(word: &str) -> Option<Self> {
            Self::parse(word)
        }
        fn words() -> Vec<&'static str> {
            Self::ALL.iter().map(|w| w.as_str()).collect()
        }
    }

    impl utoipa::PartialSchema for $name {
        fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
            utoipa::openapi::ObjectBuilder::new()
                .schema_type(utoipa::openapi::schema::Type::String)
                .enum_values(Some(Self::ALL.map(Self::as_str)))
                .into()
        }
    }

    impl utoipa::ToSchema for $name {}

    impl std::fmt::Display for $name {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.as_str())
        }
    }

    impl serde::Serialize for $name {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(self.as_str())
        }
    }

    impl<'de> serde::Deserialize<'de> for $name {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let word = std::borrow::Cow::<str>::deserialize(from)?;
            // Without the word itself: what a caller sends may be personal.
            Self::parse(&word).ok_or_else(|| serde::de::Error::custom(concat!("not a word of ", stringify!($name))))
        }
    }
} }
pub(crate) use words;
