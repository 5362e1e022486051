//! The migrations, compiled in. `sqlx::migrate!` would do it too, but it takes sqlx and SQLite built a second time, for
//! the compiler to run.

use std::{borrow::Cow, sync::LazyLock};

use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

macro_rules! files {
    ($($version:literal $name:literal)*) => {
        [$((
            $version,
            $name,
            include_str!(concat!("../../../migrations/", $version, "_", $name, ".sql")),
        )),*]
    };
}

/// In the order they are applied in. A released one never changes: what is applied is compared by its hash.
const FILES: [(&str, &str, &str); 31] = files![
    "0001" "init"
    "0002" "features"
    "0003" "liveness_challenges"
    "0004" "screening"
    "0006" "identities"
    "0007" "look_back"
    "0008" "sandbox"
    "0009" "events_and_deliveries"
    "0010" "keys_and_limits"
    "0011" "one_endpoint_for_a_host"
    "0012" "webhook_health"
    "0013" "event_types"
    "0014" "policies"
    "0015" "who_is_who"
    "0016" "screened"
    "0017" "reviews"
    "0018" "steps"
    "0019" "clients"
    "0020" "listing"
    "0021" "restarts"
    "0022" "plans"
    "0023" "shares"
    "0024" "attempts"
    "0025" "counts_of_changes"
    "0026" "aml"
    "0027" "workflows"
    "0028" "upkeep"
    "0029" "search_days"
    "0030" "audit_keys"
    "0032" "identity_terms"
    "0033" "listed_days"
];

pub(crate) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |(version, name, sql): (&str, &str, &'static str)| {
        let version = version.parse().unwrap_or(i64::MAX);
        let description = Cow::Owned(name.replace('_', " "));
        Migration::new(version, description, MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(FILES.into_iter().map(migration).collect())
});

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[tokio::test]
    async fn every_file_of_the_folder_is_compiled_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let in_folder = Migrator::new(folder).await.unwrap();
        let parts = |m: &Migrator| {
            let parts = m.iter().map(|m| (m.version, m.description.clone(), m.checksum.clone(), m.no_tx));
            parts.collect::<Vec<_>>()
        };
        assert_eq!(parts(&MIGRATIONS), parts(&in_folder));
    }
}
