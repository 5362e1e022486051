//! The contract of the store: each test body runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "the lint knows test functions but not what they call")]

mod aml;
mod audit;
mod callers;
mod clients;
mod erasure;
mod features;
mod files;
mod isolation;
mod jobs;
mod keys;
mod listing;
mod recognised;
mod reviews;
mod rows;
mod screenings;
mod shares;
mod stage;
mod upkeep;
mod webhooks;
mod workflows;

use stage::Stage;

/// Emits two tests per body: `sqlite::<module>::<name>` and `postgres::<module>::<name>`. The second one
/// fails, and is never skipped, where there is no PostgreSQL.
macro_rules! contract {
    ($($module:ident { $($name:ident),* $(,)? })*) => {
        mod sqlite { $(mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::Stage::sqlite().await).await }
        )* })* }
        mod postgres { $(mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::Stage::postgres().await).await }
        )* })* }
    };
}

contract! {
    rows {
        a_verification_comes_back_as_it_was_written,
        of_two_writers_the_second_is_told,
        a_hundred_writers_at_once_and_one_wins,
        lists_are_filtered_counted_and_paged,
        newer_evidence_takes_the_place_of_older,
        findings_come_in_the_order_of_the_checks,
        the_latest_assessment_counts,
        the_newest_weights_apply_and_the_older_stay,
        the_newest_policy_of_a_name_applies,
        requirements_fall_back_to_the_organization,
        history_counts_its_lines,
        a_deleted_verification_is_nowhere,
        identities_are_listed_by_whom_they_were_verified_for,
        identities_are_found_by_all_of_their_terms,
        a_read_transaction_cannot_write,
        what_is_not_committed_did_not_happen,
    }
    callers {
        a_plan_is_one_tenants,
        a_credential_is_found_until_it_is_revoked,
        public_ids_are_unique_over_all_tenants,
        two_secrets_are_good_while_one_takes_the_others_place,
        a_token_dies_with_its_credential_or_its_time,
        a_liveness_token_is_good_once,
    }
    clients {
        come_back_changed_and_counted,
        are_filtered_sorted_and_paged,
        are_gone_through_with_their_keys,
        go_with_their_key,
        are_nobodys_in_another_tenant,
    }
    aml {
        comes_back_and_is_changed_once,
        are_listed_newest_first,
        are_left_until_they_were_compared,
        go_with_the_client,
        are_nobodys_in_another_tenant,
    }
    isolation {
        another_tenants_ids_find_nothing,
        rows_cannot_point_into_another_tenant,
    }
    jobs {
        every_job_is_claimed_once_and_its_effect_happens_once,
        tenants_take_turns,
        a_lease_that_ran_out_is_claimed_again_and_the_first_worker_cannot_finish,
        what_a_dead_process_held_is_due_at_once,
        a_renewed_lease_holds,
        an_open_unique_key_is_not_enqueued_twice,
        failures_wait_longer_and_end_dead,
        a_job_that_kills_its_workers_is_buried,
        the_next_due_time_is_known,
    }
    listing {
        parts_are_those_of_the_whole_list,
        parts_of_a_long_list_are_found_by_its_days,
        days_follow_every_change,
        days_are_written_down_while_many_write,
        counts_follow_every_change,
        counts_hold_while_many_write,
        what_a_person_is_found_by_goes_with_them,
        what_stands_together_is_found_and_goes_with_its_people,
        terms_are_put_together_while_people_are_forgotten,
    }
    keys {
        a_data_key_opens_with_its_ring_only,
        a_wrong_ring_is_refused_at_the_start,
        requirement_10_rotation_keeps_old_data_readable,
        a_wrapped_key_does_not_open_in_another_row,
        requirement_09_swapped_ciphertexts_do_not_open,
    }
    erasure {
        personal_data_is_nowhere_in_the_clear,
        requirement_11_a_destroyed_key_makes_noise_of_everything,
        requirement_11_no_copy_of_a_destroyed_key_stays_in_the_files,
    }
    features {
        come_back_by_kind_and_time,
        are_nobodys_in_another_tenant,
        are_read_apart,
        vanish_with_the_person,
        specimens_are_listed_once_each,
    }
    recognised {
        marks_are_seen_newest_first_and_renewed,
        marks_go_with_their_submission_person_or_time,
        marks_are_nobodys_in_another_tenant,
        the_block_list_holds_each_entry_once,
        the_block_list_is_nobodys_in_another_tenant,
    }
    reviews {
        come_back_in_their_order,
        the_reasons_of_the_last_decision_are_looked_for,
        a_dismissal_ends_when_it_is_taken_back,
    }
    screenings {
        dismissals_hold_for_their_time_and_person,
        the_log_is_read_in_pages_and_bounded,
        both_go_with_the_person,
        standing_people_are_left_until_they_are_marked,
    }
    shares {
        come_once_for_each_third_party,
        a_newer_link_takes_the_place_of_the_older,
        looks_are_counted_and_what_is_revoked_stays_so,
        go_with_the_person,
        are_nobodys_in_another_tenant,
    }
    workflows {
        workflows_come_and_go,
        an_endpoint_may_belong_to_a_workflow,
        an_organization_has_one_signing_key,
    }
    webhooks {
        endpoints_come_and_go,
        endpoints_are_filtered_and_paged,
        secrets_overlap_and_go_with_their_endpoint,
        events_are_numbered_and_never_changed,
        a_message_is_claimed_once_and_sent_until_it_arrives,
        nothing_is_due_where_nobody_listens,
        no_backlog_is_counted_further_than_asked,
        health_and_what_the_owner_writes_keep_apart,
        answers_are_sealed_and_what_is_over_is_forgotten,
        a_repeated_request_gets_the_answer_it_got,
    }
    upkeep {
        a_transaction_that_fails_fails_no_other,
        an_installation_is_one_and_takes_writes,
        jobs_that_are_over_go_after_a_while,
        a_job_that_was_broken_off_is_as_it_was,
        pictures_are_known_by_their_rows,
        the_indexes_are_used,
        a_key_that_wraps_nothing_is_let_go,
        both_kinds_of_screenings_are_one_log,
    }
    audit {
        an_untouched_log_is_intact,
        appends_at_once_make_one_chain,
        the_database_refuses_changes,
        requirement_14_the_verifier_names_the_line_that_was_changed,
        requirement_14_a_flipped_bit_is_found,
        a_chain_is_one_organization_s_and_one_ring_s,
        a_recomputed_hash_does_not_help,
        lines_without_a_key_are_held_by_the_first_that_has_one,
        a_retired_key_still_verifies,
        requirement_14_what_is_cut_off_is_missed_by_an_anchor,
        a_file_of_anchors_holds_its_own_lines,
        who_was_ended_for_another_is_done_again,
    }
}
