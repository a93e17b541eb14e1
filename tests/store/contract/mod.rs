//! The contract suite: generic over the backend, run for each of them.

pub(crate) mod approvals;
pub(crate) mod checks;
pub(crate) mod habits;
pub(crate) mod incidents;
pub(crate) mod indicators;
pub(crate) mod outbox;
pub(crate) mod resources;
pub(crate) mod retention;
pub(crate) mod schedule;

/// Runs cases (async functions over a place) against a backend.
macro_rules! suite {
    ($backend:ident on $place:ty: $($part:ident { $($case:ident)* })*) => {
        mod $backend {
            $(mod $part {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::contract::$part::$case(<$place as crate::sample::Place>::new()).await;
                })*
            })*
        }
    };
}

suite! { sqlite on crate::sample::OnDisk:
    schedule {
        first_checks_are_spread_evenly
        the_same_registry_changes_nothing
        an_empty_registry_is_refused_over_a_stored_one
        changes_make_due_at_once
        disabled_and_removed_targets_are_not_due
        due_is_most_overdue_first_and_within_limits
        a_check_in_flight_is_not_due
        marks_outlive_the_process
        the_last_in_flight_is_the_culprit
        a_forgotten_mark_does_not_blind
        marks_change_for_their_owner_only
        quarantine_sets_aside_and_takes_back
    }
    indicators {
        an_import_replaces_its_source_alone
    }
    resources {
        bytes_stay_while_something_refers_to_them
        approved_bytes_are_in_the_record
    }
    checks {
        state_comes_back
        slots_keep_put_and_clear
        bodies_are_kept_and_checked
        observations_are_newest_first
        a_failing_record_leaves_nothing
        a_removed_target_leaves_nothing
        coverage_counts_comparisons
        coverage_begins_anew_with_the_interval
        notes_are_kept
    }
    habits {
        what_was_learned_comes_back
        people_and_checks_do_not_write_over_each_other
        what_is_learned_under_the_old_baseline_is_not_kept
        marks_have_a_limit
    }
    approvals {
        an_approval_replaces_the_ordinary_state
        special_states_stand_beside
        ordinary_states_stand_beside_where_a_person_says_so
        owners_of_what_approved_states_load_are_known
        retiring_takes_away
        bodies_are_needed_and_must_fit
        an_approval_answers_the_proposal
        an_approval_during_a_check_makes_due_again
        a_check_under_the_old_baseline_is_not_written_over_an_approval
        rejecting_drops_and_acknowledges
        a_rejection_meets_what_checks_wrote_until_then
        the_record_rebuilds_an_empty_store
        heads_name_every_chain
        new_heads_come_after_a_mark
    }
    incidents {
        incidents_open_and_close
        two_checks_at_once_open_one_incident
        people_and_checks_do_not_undo_each_other
        only_checks_say_what_the_page_shows
        an_acknowledgement_from_before_it_grew_worse_is_history
        ids_may_be_shortened
        escalations_come_when_due
        removed_targets_resolve
        who_was_told_hears_that_a_target_was_removed
        silences_and_plans_end
        a_silence_that_ends_lets_go_what_it_held_back
    }
    outbox {
        notices_wait_for_their_message
        composing_is_all_or_nothing
        one_message_a_receiver_at_a_time
        failures_and_arrivals_are_kept
        threads_are_by_receiver
        nothing_is_lost_when_reopened
        dropped_notices_are_not_told
        who_got_messages_lately_is_counted
        notices_and_notes_are_told_together
    }
    retention {
        observations_by_age_and_count
        what_is_open_stays
        unused_bodies_go
        evidence_and_earlier_proposals_stay
        ended_things_go
        messages_given_up_go
    }
}
