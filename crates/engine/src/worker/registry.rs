//! Which use case does which kind of job.

use crate::{
    aml::{monitor, screen},
    applicants::erase,
    attempts::expire as expire_link,
    base::jobs::{JobKind, Work},
    checks::{
        ask_registry::AskRegistry, check_liveness::CheckLiveness, check_steps::CheckSteps, decide, job,
        match_faces::MatchFaces, match_template::MatchTemplate, read_address::ReadAddress,
        read_document::ReadDocument,
    },
    invitations::send,
    screening::rescreen,
    shares::mail,
    verifications::{expire, reopen},
};

static ALL: [Work; JobKind::ALL.len()] = [
    job::work::<ReadDocument>(),
    job::work::<ReadAddress>(),
    job::work::<MatchFaces>(),
    job::work::<MatchTemplate>(),
    job::work::<CheckLiveness>(),
    job::work::<AskRegistry>(),
    job::work::<CheckSteps>(),
    decide::WORK,
    reopen::WORK,
    expire::WORK,
    expire_link::WORK,
    erase::WORK,
    send::INVITE_WORK,
    send::REMIND_WORK,
    mail::WORK,
    rescreen::PAGE_WORK,
    rescreen::ONE_WORK,
    screen::WORK,
    monitor::WORK,
];

/// What is done for a stored kind; `None` for a newer program's.
pub(super) fn work(kind: &str) -> Option<&'static Work> {
    let kind = JobKind::parse(kind)?;
    ALL.iter().find(|work| work.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_job_is_done_by_one_deed() {
        for kind in JobKind::ALL {
            assert_eq!(ALL.iter().filter(|work| work.kind == kind).count(), 1, "{kind:?}");
            assert_eq!(work(kind.as_str()).map(|work| work.kind), Some(kind));
        }
        assert!(work("of_a_newer_program").is_none());
    }
}
