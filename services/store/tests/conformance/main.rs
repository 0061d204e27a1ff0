//! What a store promises, case by case, for every backend. A case takes a fresh database and panics when a promise is
//! broken; no backend leaves out any.

// Test code: a broken assumption is a failed test, and the items of a test are for itself.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, missing_docs)]

mod cases;
mod fixture;
mod ledger_world;
mod migration;
mod postgres_server;
mod samples;
mod sqlite_file;
mod telemetry;

/// Makes a test of each case for one backend.
macro_rules! conformance {
    ($backend:ident: $($subject:ident { $($case:ident)* })*) => {
        mod $backend {
            $(mod $subject {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::cases::$subject::$case(crate::fixture::Fixture::$backend().await).await;
                })*
            })*
        }
    };
}

/// Every case, once.
macro_rules! conformance_of {
    ($backend:ident) => {
        conformance! { $backend:
            round_trip {
                every_field_of_every_entity_comes_back_as_it_was_put
                the_catalogue_holds_the_same_entities_without_long_texts_and_sealed_fields
            }
            writes {
                a_new_entity_has_version_one_and_the_times_of_the_databases_clock
                the_databases_clock_tells_the_time
                an_update_adds_one_to_the_version_and_keeps_the_time_of_creation
                an_update_from_another_version_is_refused_and_changes_nothing
                an_update_without_an_expected_version_takes_any
                an_update_of_what_is_not_there_is_not_found
                create_refuses_a_known_id_and_a_known_external_identity
                an_update_cannot_take_another_ones_external_identity
                two_entities_without_external_identity_do_not_collide
                create_or_get_answers_the_known_entity_and_leaves_it_alone
                an_upsert_creates_then_leaves_alone_then_updates
                an_upsert_keeps_the_id_state_and_vetting_of_a_known_organization
                an_upsert_keeps_why_a_known_organization_is_suspended
                an_upsert_keeps_what_a_pool_has_promised
                an_upsert_of_another_entity_under_a_known_id_is_refused
                lists_become_what_the_update_says
                a_write_is_all_of_its_mutations_or_none
                the_same_entity_several_times_in_one_write_ends_as_the_last_one_says
                a_batch_of_the_largest_size_is_one_write
                a_write_of_nothing_answers_the_position
            }
            batches {
                a_batch_does_what_its_mutations_do_one_by_one
                children_may_come_before_their_parents
            }
            consents {
                who_took_the_consent_back_has_no_wish_in_the_pool
                a_wish_that_was_left_in_the_pool_is_in_the_way_of_no_other_change
                what_a_household_wishes_for_is_withheld_by_each_of_its_members
                what_a_household_publishes_while_somebody_joins_is_not_in_the_pool_afterwards
                what_is_published_while_the_consent_is_taken_back_is_not_in_the_pool_afterwards
                whoever_publishes_and_whoever_joins_a_household_wait_for_each_other_in_one_order
            }
            households {
                whoever_joins_or_leaves_a_household_changes_it_once_for_each_write
                of_a_change_of_members_and_of_the_household_at_once_the_later_sees_the_first
            }
            constraints {
                every_reference_that_leads_nowhere_is_named_with_its_mutation
                people_may_be_registered_where_this_installation_has_no_divisions
                every_broken_rule_is_named_with_its_mutation
                the_one_bad_entity_of_a_full_batch_is_named
                of_several_faults_the_first_is_told
                a_search_for_what_no_text_may_hold_is_refused
            }
            tenants {
                what_one_tenant_has_no_method_shows_to_another
                the_same_ids_and_external_identities_live_apart_in_two_tenants
                a_reference_into_another_tenant_leads_nowhere
                tenants_that_have_anything_are_listed_in_order
            }
            lists {
                pages_hold_every_entity_once_in_order_of_id
                resources_of_an_organization_are_counted
                needs_are_read_together_each_once_in_order_of_id
                people_and_their_keys_are_read_together
                organizations_are_filtered_by_each_field
                resources_are_filtered_by_each_field
                pools_are_filtered_by_each_field
                needs_are_filtered_by_each_field
                beneficiaries_are_filtered_by_each_field
                a_filter_takes_more_codes_than_a_statement_takes_values
                external_identities_resolve_in_the_order_asked
            }
            wishes {
                wishes_are_listed_by_their_lots_page_by_page
                wishes_are_found_by_their_lots_as_long_as_they_are_wishes
                wishes_are_found_by_the_place_they_show_and_by_no_other
                lacks_are_told_by_household_of_open_needs_only
            }
            duplicates {
                each_likeness_finds_its_own
                restrictions_leave_out_what_cannot_be_the_same
                the_newest_come_first_and_no_more_than_the_limit
                people_come_before_places_however_long_ago_they_asked
                what_is_left_out_takes_no_place_from_what_is_not
            }
            log {
                positions_count_from_one_and_name_who_and_when
                events_come_in_pages_of_the_size_asked
                readers_never_miss_an_event_of_writers_that_commit_late
                folding_the_log_gives_the_same_entities_as_the_tables
            }
            requests {
                the_same_request_again_has_the_same_answer_and_no_effect
                the_answer_is_known_to_every_replica
                the_same_request_id_with_another_body_is_refused
                request_ids_of_other_principals_methods_and_tenants_are_other_requests
                a_write_without_a_request_id_was_never_answered
                a_refused_write_leaves_its_request_id_free
                sixty_four_duplicates_at_once_have_one_effect_and_one_answer
                outdated_answers_are_dropped_and_recent_ones_stay
                the_first_answer_kept_with_a_request_is_what_every_replay_gets
                a_request_that_changes_nothing_is_answered_once
                a_need_is_known_by_its_request_whoever_sends_it_and_however_long_ago_it_came
                another_need_under_the_request_of_one_is_refused
                of_many_who_submit_one_request_at_once_one_makes_its_need
                tables_made_again_from_the_log_know_needs_by_their_requests
                nothing_is_kept_for_a_request_that_was_never_answered
            }
            erasure {
                a_key_stays_as_it_was_first_put_and_is_not_logged
                erasing_destroys_keys_ciphertext_and_digest_and_nothing_of_others
                what_stands_in_the_log_outlasts_an_erasure
                after_an_erasure_no_table_holds_ciphertext_or_digest_of_it
                what_tells_where_the_erased_lived_is_in_no_table_and_not_in_the_log
                who_was_erased_and_when_is_told_of_those_who_were
                who_is_forgotten_has_no_wish_in_the_pool
                what_was_sealed_before_an_erasure_is_not_written_after_it
                erasing_twice_is_erasing_once
                erasing_nobody_is_not_found
                the_erased_take_no_more_changes_but_their_needs_can_be_closed
                an_erasure_is_never_put_as_a_change
            }
            erased_needs {
                erasing_a_need_destroys_its_key_ciphertext_place_and_wish_and_nothing_of_others
                after_a_need_is_erased_neither_log_nor_answers_hold_ciphertext_or_place
                what_was_sealed_before_a_need_was_erased_is_not_written_after_it
                what_is_sealed_while_a_need_is_erased_does_not_outlast_it
                erasing_a_need_twice_is_erasing_once
                only_what_is_closed_of_nobody_and_as_expected_is_erased
                tables_made_again_from_the_log_hold_the_erased_need_as_it_is
            }
            concurrency {
                of_many_updates_from_one_version_one_wins
                updates_without_an_expected_version_all_happen_one_after_the_other
                of_many_creations_of_one_external_identity_one_wins
                of_many_creations_of_one_id_one_wins
                imports_of_the_same_entities_in_any_order_create_each_once
                writes_that_touch_the_same_entities_crosswise_all_happen
                a_write_that_its_caller_gave_up_happens_whole_or_not_at_all
                readers_see_whole_entities_while_they_change
            }
            ledger {
                every_field_of_a_referral_comes_back_as_it_was_answered
                an_offer_holds_in_tables_and_log_alike
                every_refusal_names_its_reason_and_leaves_nothing_behind
                what_a_case_needs_comes_back_when_the_case_closes
                withdrawing_a_need_ends_what_is_under_way_for_it
                what_is_sealed_in_a_need_changes_with_the_step_that_says_it_or_not_at_all
                a_lower_total_is_refused_with_what_is_in_the_way_or_forces_it_out
                figures_said_within_one_tick_of_the_clock_are_all_kept
                periods_follow_the_usual_total_until_somebody_says_otherwise
                a_put_never_changes_what_the_ledger_keeps
                a_put_of_less_than_is_promised_is_refused_by_name
                many_commands_are_one_request
                a_pledge_brings_what_it_gives_in_the_same_request
                what_one_tenant_holds_another_cannot_reach
            }
            ledger_chains {
                the_next_candidate_follows_an_offer_that_came_to_nothing_once
                an_item_that_only_a_lapsed_offer_covers_still_needs_somebody
                a_chain_that_ends_after_what_was_late_was_called_off_is_due_no_more
                what_was_called_off_is_listed_as_escalated_where_its_chain_ended
                what_its_provider_gave_up_is_followed_and_listed_as_escalated_where_its_chain_ended
                what_gives_a_part_is_followed_each_time_that_less_comes_of_it
                lateness_of_a_part_ends_no_chain
                a_rest_that_nobody_is_left_for_is_told_of_until_somebody_is_asked
            }
            ledger_arrived {
                what_had_arrived_is_kept_and_the_rest_is_for_the_next
                what_had_arrived_is_followed_for_the_rest_and_stays_used_up
                a_part_that_does_not_add_up_or_was_not_said_is_found
                what_is_used_up_is_what_had_arrived
                what_is_there_still_after_a_dispute_is_free_again
                what_is_there_still_and_does_not_add_up_is_found
                what_is_there_still_of_a_day_that_was_forgotten_adds_up
                what_had_arrived_is_said_with_the_end_of_the_need
            }
            ledger_audit {
                a_figure_that_does_not_add_up_is_found
                what_a_referral_holds_is_what_it_has_moved
                a_referral_holds_nothing_that_its_state_does_not_let_it_hold
                movements_are_told_as_the_log_has_them
            }
            ledger_claims {
                claims_under_way_are_counted_until_they_are_delivered
                what_an_organization_gave_up_is_counted_for_a_day
            }
            ledger_cleared {
                nothing_is_promised_by_who_is_suspended_or_not_vetted_for_it
                a_way_that_asks_for_no_vetting_is_enough_as_the_resource_is_now
            }
            ledger_deadlines {
                an_offer_lapses_with_the_deadline_and_that_is_told_once
                what_lapsed_with_its_deadline_is_settled_once_the_next_is_asked
                what_is_live_follows_the_deadline_of_its_need
                of_an_update_that_is_refused_nothing_follows
                two_who_sweep_at_once_tell_of_each_overdue_referral_once
            }
            ledger_groups {
                groups_that_follow_each_other_hold_all_there_is_and_no_more
                a_request_that_comes_again_while_it_is_written_is_answered_the_same
            }
            ledger_memory {
                what_another_replica_holds_is_not_held_again
                new_figures_and_what_a_resource_draws_on_count_at_once
                what_was_decided_upon_something_that_changed_since_is_outdated
                what_is_remembered_of_another_log_counts_no_more
                what_is_appended_is_told_as_it_is_in_the_log
            }
            ledger_moves {
                the_log_reads_the_same_in_pages_of_any_size
                a_page_of_the_log_tells_what_stands_where_it_follows
                an_answer_that_lies_among_others_comes_again_as_it_was
                what_stayed_as_it_was_after_holds_is_answered_again_as_it_was
                an_erasure_reaches_what_was_held_for_somebody
            }
            ledger_periods {
                a_lower_usual_total_leaves_weeks_that_are_over_as_they_were
                a_put_of_a_lower_usual_total_leaves_weeks_that_are_over_as_they_were
                whoever_used_up_more_than_there_shall_be_is_named
                a_period_that_goes_on_is_not_forgotten_for_others
            }
            ledger_recurring {
                the_rest_of_what_recurs_is_for_the_next_in_the_weeks_that_are_left
                of_many_who_want_the_rest_at_once_one_has_it
                of_a_pool_that_holds_more_than_one_request_looks_at_the_newest_are_called_off
            }
            ledger_time {
                an_offer_lapses_by_the_databases_clock_and_the_next_one_takes_its_capacity
                an_answer_after_the_time_is_too_late
                a_clock_that_jumps_takes_nothing_away_and_holds_nothing_for_ever
                a_lapsed_offer_frees_its_item_too
                what_was_delivered_is_overdue_no_more_whatever_it_was_taken_from
                what_is_due_comes_in_the_order_of_waiting
                what_is_due_is_found_beside_a_damaged_row
                referrals_are_filtered_by_each_field
                referrals_are_read_together_each_once_in_order_of_id
                the_most_urgent_referral_has_its_turn_first_and_of_those_the_soonest_due_over_all_pages
                what_came_to_nothing_is_unattended_until_somebody_looks_after_it
                what_is_unattended_is_told_by_what_an_item_lacks
                automatic_offers_are_counted_for_a_day
            }
            tallies {
                needs_are_counted_as_they_are_listed
                what_is_disputed_is_counted_and_listed_apart_from_what_is_served
                half_and_nine_tenths_of_answers_come_within_their_times
            }
            ledger_concurrency {
                of_a_hundred_offers_for_the_last_slot_one_holds_it
                of_one_item_no_more_is_offered_than_was_asked
                sixty_four_duplicates_of_an_offer_have_one_effect_and_one_answer
                the_same_request_id_with_another_body_is_refused_without_harm_to_the_first
                a_request_that_is_refused_never_fails_its_neighbours
                a_request_that_names_a_referral_twice_is_refused_at_once
                of_steps_that_exclude_each_other_one_is_taken
                of_figures_set_from_one_version_one_wins
                whatever_happens_at_once_everything_adds_up
                of_many_automatic_offers_at_once_an_organization_gets_no_more_than_its_day
                of_many_automatic_offers_of_an_item_at_once_nobody_is_asked_twice
                many_takers_let_a_lapsed_offer_go_once
                nothing_is_accepted_after_a_suspension_however_it_races
                of_many_claims_at_once_an_organization_has_no_more_than_it_may
                a_request_that_its_caller_gave_up_happens_whole
            }
            rounds {
                a_round_goes_on_by_versions_and_is_made_again_from_the_log
                rounds_are_filtered_by_each_field_and_come_in_pages
                what_no_round_is_the_tables_refuse
                of_many_who_want_a_round_one_gets_it
                the_oldest_round_that_nobody_holds_is_next_and_a_finished_one_never
                a_silent_holder_loses_its_round_by_the_databases_clock
                who_does_not_hold_a_round_writes_nothing_of_it
                outcomes_come_in_order_in_pages_and_of_the_states_asked
                outcomes_written_again_replace_those_of_the_same_places
                results_tell_no_distance_to_the_erased_whenever_they_are_put
                results_of_old_rounds_are_dropped_and_the_rounds_stay
                the_results_of_one_tenant_are_not_those_of_another
                an_offer_of_a_round_says_which_and_no_other_offer_does
            }
            notifications {
                a_subscription_goes_on_by_versions_and_is_made_again_from_the_log
                subscriptions_are_filtered_by_each_field
                what_no_subscription_is_the_tables_refuse
                wishes_are_looked_at_from_where_the_log_ended_and_by_one_holder
                of_many_who_want_to_tell_one_may
                of_a_publication_an_organization_is_told_once
                an_offer_is_told_once_beside_the_wish_of_its_need_and_no_budget_counts_it
                what_was_found_for_one_subscription_may_be_told_by_another
                what_waits_for_too_long_is_dropped
                notifications_are_filtered_by_each_field_and_come_in_pages_the_newest_first
                a_request_that_marks_is_answered_what_it_has_marked_however_often_it_comes
                a_message_that_is_due_is_given_to_one_sender_until_its_time_is_up
                messages_are_taken_for_those_who_have_a_place
                how_a_message_fares_is_kept_of_its_last_sender
            }
            lifecycle {
                a_store_describes_itself_without_credentials
                what_was_written_is_there_for_every_store_that_opens_later
                a_closed_store_says_that_it_is_unavailable
                tables_of_a_later_program_are_refused_and_left_as_they_are
                tables_of_an_earlier_program_are_brought_up_to_date_with_all_they_hold
                closing_waits_for_writes_that_have_begun
            }
        }
    };
}

conformance_of!(sqlite);
conformance_of!(postgres);
