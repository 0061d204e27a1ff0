//! Every bound of the system by name, its unit last.

/// Longest tenant identifier.
pub const TENANT_ID_BYTES_MAX: usize = 63;
/// Longest category code.
pub const CATEGORY_CODE_BYTES_MAX: usize = 64;
/// Longest external source name.
pub const EXTERNAL_SOURCE_CHARS_MAX: usize = 64;
/// Longest external identifier.
pub const EXTERNAL_ID_CHARS_MAX: usize = 128;
/// Longest title or name.
pub const TITLE_CHARS_MAX: usize = 200;
/// Longest content, responsible party, service standard or free text.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest note of one or two lines.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Longest reason for a suspension or a withdrawal.
pub const REASON_CHARS_MAX: usize = 512;
/// Longest telephone number, extensions and remarks included.
pub const PHONE_CHARS_MAX: usize = 64;
/// Longest e-mail address (RFC 3696, erratum 1690).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Longest web address.
pub const URL_CHARS_MAX: usize = 2_048;
/// Longest postal address.
pub const ADDRESS_CHARS_MAX: usize = 512;
/// Longest identity number.
pub const ID_NUMBER_CHARS_MAX: usize = 64;
/// Longest description of who gave a consent, by role.
pub const ROLE_CHARS_MAX: usize = 256;
/// Most synonyms a category has.
pub const CATEGORY_SYNONYMS_MAX: usize = 32;
/// Deepest category or division tree.
pub const TREE_DEPTH_MAX: usize = 8;
/// Most categories a tenant has.
pub const CATEGORIES_MAX: usize = 20_000;
/// Most divisions a tenant has.
pub const DIVISIONS_MAX: usize = 100_000;
/// Most categories one resource is in.
pub const RESOURCE_CATEGORIES_MAX: usize = 32;
/// Most service areas of one resource.
pub const RESOURCE_AREAS_MAX: usize = 32;
/// Most vertices of all polygons of one resource.
pub const RESOURCE_VERTICES_MAX: usize = 1_024;
/// Most resources that one organization has, paused and pledged ones included, when it gets another that is none of a pledge.
pub const RESOURCES_PER_ORGANIZATION_MAX: usize = 5_000;
/// Most pools one resource draws on.
pub const RESOURCE_DRAWS_MAX: usize = 4;
/// Most vertices of a polygon area.
pub const POLYGON_VERTICES_MAX: usize = 256;
/// Largest radius area: a quarter of the Earth's circumference would be everywhere.
pub const RADIUS_METRES_MAX: u32 = 2_000_000;
/// Most weekly opening intervals of a schedule.
pub const SCHEDULE_INTERVALS_MAX: usize = 70;
/// Most exceptions of a schedule.
pub const SCHEDULE_EXCEPTIONS_MAX: usize = 400;
/// Most opening intervals of one exception.
pub const EXCEPTION_INTERVALS_MAX: usize = 10;
/// Earliest year of a date.
pub const DATE_YEAR_MIN: i16 = 1900;
/// Latest year of a date; time zone tables end a century later.
pub const DATE_YEAR_MAX: i16 = 2100;
/// How far ahead the next opening or free period is looked for.
pub const LOOK_AHEAD_DAYS_MAX: i64 = 400;
/// Longest eligibility expression.
pub const ELIGIBILITY_EXPRESSION_BYTES_MAX: usize = 512;
/// Deepest nesting of an eligibility expression.
pub const ELIGIBILITY_EXPRESSION_DEPTH_MAX: usize = 16;
/// Most items of one need.
pub const NEED_ITEMS_MAX: usize = 32;
/// Notes of providers on their deliveries that a need holds.
pub const DELIVERY_NOTES_PER_NEED_MAX: usize = 100;
/// Longest window in which a need is to be served, and farthest deadline.
pub const NEED_HORIZON_DAYS_MAX: i64 = 400;
/// How soon an emergency is to be served when nothing else is said.
pub const EMERGENCY_HORIZON_DAYS: i64 = 3;
/// How soon an urgent need is to be served when nothing else is said.
pub const URGENT_HORIZON_DAYS: i64 = 14;
/// How soon a usual need is to be served when nothing else is said.
pub const NORMAL_HORIZON_DAYS: i64 = 60;
/// How soon a need that can wait is to be served when nothing else is said.
pub const LOW_HORIZON_DAYS: i64 = 180;
/// Farthest anyone travels for help: half around the Earth.
pub const TRAVEL_METRES_MAX: u32 = 20_000_000;
/// Largest quantity anywhere.
pub const QUANTITY_MAX: i64 = 1 << 40;
/// Most occurrences of a recurring item.
pub const RECURRENCE_OCCURRENCES_MAX: u32 = 366;
/// Most periods of one pool with a figure of their own.
pub const POOL_PERIODS_MAX: usize = 400;
/// Most facts of one need or beneficiary.
pub const FACTS_MAX: usize = 64;
/// Longest text of a fact.
pub const FACT_TEXT_CHARS_MAX: usize = 128;
/// Most texts of a fact that is a list.
pub const FACT_TEXTS_MAX: usize = 32;
/// Most members of a household.
pub const HOUSEHOLD_MEMBERS_MAX: usize = 32;
/// Most consents on record for one beneficiary.
pub const CONSENTS_MAX: usize = 32;
/// Most entries of one batch.
pub const BATCH_ENTRIES_MAX: usize = 500;
/// Most entries of one page.
pub const PAGE_SIZE_MAX: usize = 1_000;
/// Most bytes of a page's entries, as they are encoded, so that whoever reads answers of 4 MiB reads every page; a single entry may be
/// longer.
pub const PAGE_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Most bytes of an answer, as it is encoded: what gRPC clients take unless they are told otherwise.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Entries of a page when the caller does not say.
pub const PAGE_SIZE_DEFAULT: usize = 50;
/// Kinds of help that figures are told of for supervision.
pub const SUPERVISION_CATEGORIES_MAX: usize = 64;
/// Most candidates of one answer.
pub const TOP_K_MAX: usize = 100;
/// Candidates when the caller does not say.
pub const TOP_K_DEFAULT: usize = 10;
/// Most near misses of one answer.
pub const NEAR_MISSES_MAX: usize = 50;
/// Near misses when the caller does not say.
pub const NEAR_MISSES_DEFAULT: usize = 5;
/// Longest value shown in a violation.
pub const VIOLATION_VALUE_CHARS_MAX: usize = 80;
/// Most violations told in one answer.
pub const VIOLATIONS_MAX: usize = 100;
/// Longest wait for a log position.
pub const MIN_POSITION_WAIT_MILLISECONDS_MAX: u64 = 2_000;
/// Largest request body.
pub const REQUEST_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Events read from the log in one go.
pub const LOG_PAGE_EVENTS_MAX: usize = 1_000;
/// Longest time that a provider may be given to answer an offer, which is as long as capacity can be held for nothing.
pub const ANSWER_WITHIN_DAYS_MAX: i64 = 30;
/// How long a request id and its answer are kept: a day longer than the longest hold, so that whoever asks again about an offer
/// gets the answer of the first time.
pub const REQUEST_ID_KEPT_HOURS: i64 = 24 * (ANSWER_WITHIN_DAYS_MAX + 1);
/// How far back needs count as likely duplicates for their place alone.
pub const DUPLICATE_LOOK_BACK_DAYS: i64 = 30;
/// How close two needs' places are to count as the same.
pub const DUPLICATE_DISTANCE_METRES_MAX: u32 = 100;
/// Most likely duplicates pointed out.
pub const LIKELY_DUPLICATES_MAX: usize = 10;
/// Most needs around a place that are measured for likely duplicates, the newest ones.
pub const DUPLICATE_NEIGHBOURS_MAX: usize = 1_000;
/// Fewest households that share the place, the categories and the time that a wish shows.
pub const WISH_ANONYMITY_HOUSEHOLDS_MIN: usize = 10;
/// Digits of the division code of a street or town: no wish shows a smaller place.
pub const WISH_PLACE_DIGITS_MAX: usize = 9;
/// Digits of the division code of a district or county: what an offer of a need that is no wish shows before it is answered.
pub const OFFER_PLACE_DIGITS_MAX: usize = 6;
/// Most lacks, of one need in one category each, that are looked at to find a wish's place.
pub const WISH_SHARING_LACKS_MAX: usize = 100_000;
/// Households among whom a published need hides that are remembered, at most: of so many, ten may be expected to lack the same for
/// long.
pub const WISH_SHARERS_KEPT_MAX: usize = 40;
/// Most lines of one hold: a visit each day of a year, from two pools.
pub const HOLD_LINES_MAX: usize = 800;
/// How long a provider has to answer the offer of an emergency.
pub const EMERGENCY_ANSWER_MINUTES: i64 = 60;
/// How long a provider has to answer the offer of an urgent need.
pub const URGENT_ANSWER_MINUTES: i64 = 12 * 60;
/// How long a provider has to answer the offer of a usual need.
pub const NORMAL_ANSWER_MINUTES: i64 = 48 * 60;
/// How long a provider has to answer the offer of a need that can wait.
pub const LOW_ANSWER_MINUTES: i64 = 7 * 24 * 60;
/// Shortest time that a provider has to answer, also where what it is asked for is due sooner: an offer that lapses before anybody can have
/// read it only uses up a candidate. No caller can give less.
pub const ANSWER_MINUTES_MIN: i64 = 1;
/// Longest time that a provider can be given to answer.
pub const ANSWER_MINUTES_MAX: i64 = 30 * 24 * 60;
/// Most automatic offers of one need item that come to nothing. Those that help do not count.
pub const AUTO_REFER_ATTEMPTS_MAX: u32 = 10;
/// Times an offer is judged anew because what it was judged upon has changed.
pub const OFFER_ATTEMPTS_MAX: usize = 4;
/// Most automatic offers that one organization gets in a day.
pub const AUTO_OFFERS_PER_ORGANIZATION_AND_DAY_MAX: i64 = 20;
/// How long an automatic offer counts among those of its day.
pub const AUTO_OFFERS_DAY_HOURS: i64 = 24;
/// Best rating of a help that arrived; the worst is 1.
pub const RATING_MAX: u8 = 5;
/// Most commands of one request to the ledger.
pub const LEDGER_COMMANDS_MAX: usize = 100;
/// Most requests that share one transaction of the ledger.
pub const LEDGER_BATCH_REQUESTS_MAX: usize = 256;
/// Most requests that wait for the ledger; more are refused at once.
pub const LEDGER_QUEUE_REQUESTS_MAX: usize = 4_096;
/// Most of the ledger's transactions that whoever follows it may be behind; beyond it the log is read.
pub const LEDGER_APPENDED_WAITING_MAX: usize = 256;
/// Most needs of a tenant that a replica keeps at hand, with their facts, for offers.
pub const KNOWN_NEEDS_MAX: usize = 16_384;
/// Most pools, needs and resources, each, that the ledger remembers of a tenant between transactions.
pub const LEDGER_REMEMBERED_MAX: usize = 65_536;
/// Most events of others that the ledger reads to learn what it has to forget; beyond it forgets everything.
pub const LEDGER_CATCH_UP_EVENTS_MAX: i64 = 4_096;
/// Most lapsed offers of the pools it takes from that one transaction reclaims.
pub const LEDGER_RECLAIMED_MAX: usize = 256;
/// Most lines of holds that one new total of a pool looks at, to call their referrals off or to tell them.
pub const LEDGER_HELD_LINES_MAX: usize = 2_000;
/// Most referrals told when they are in the way of a lower total.
pub const REFERRALS_IN_THE_WAY_MAX: usize = 100;
/// Most watchers of one replica.
pub const WATCHERS_MAX: usize = 2_000;
/// Most of them of one tenant.
pub const WATCHERS_PER_TENANT_MAX: usize = 1_000;
/// Most of them of one organization, and of one principal that acts for none.
pub const WATCHERS_PER_CALLER_MAX: usize = 200;
/// Most events in one batch to a watcher.
pub const WATCH_BATCH_EVENTS_MAX: usize = 500;
/// Most bytes of the events in one batch to a watcher, as they are encoded; a single event may be longer.
pub const WATCH_BATCH_BYTES_MAX: usize = 256 * 1024;
/// Batches that wait for a watcher that reads slowly.
pub const WATCH_BATCHES_WAITING_MAX: usize = 4;
/// How long a watcher may take to read a batch before it is told to resume.
pub const WATCH_BATCH_SECONDS_MAX: u64 = 10;
/// How often a watcher hears something when nothing happens.
pub const WATCH_KEEPALIVE_SECONDS: u64 = 15;
/// Events of the log's end that are kept for watchers in memory.
pub const WATCH_TAIL_EVENTS_MAX: usize = 16_384;
/// Most bytes of them, of one tenant, each counted by what it says and by the room of its fixed parts.
pub const WATCH_TAIL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How often time is let do its part: lapsed offers, overdue help, next candidates.
pub const SWEEP_INTERVAL_MILLISECONDS: u64 = 1_000;
/// Most referrals that one sweep looks at, of each kind.
pub const SWEEP_REFERRALS_MAX: usize = 100;
/// How long a referral that cannot be swept is left alone.
pub const SWEEP_SET_ASIDE_SECONDS: i64 = 600;
/// Most referrals of a kind that a tenant's sweeps leave alone at once. Others are tried whenever a sweep comes to them.
pub const SWEEP_SET_ASIDE_MAX: usize = 10_000;
/// Most divisions, and most categories, that a round names.
pub const ROUND_SCOPE_ENTRIES_MAX: usize = 500;
/// Most needs that a round names one by one.
pub const ROUND_SCOPE_NEEDS_MAX: usize = 100_000;
/// Most items of one round.
pub const ROUND_ITEMS_MAX: usize = 2_000_000;
/// Most pairs of an item and what could serve it, of one round.
pub const ROUND_PAIRS_MAX: usize = 64_000_000;
/// Most candidates of one item of a round.
pub const ROUND_CANDIDATES_MAX: u32 = 100;
/// Candidates of an item when the caller does not say.
pub const ROUND_CANDIDATES_DEFAULT: u32 = 20;
/// Most periods of one candidate that an item of a round is tried in.
pub const ROUND_PERIODS_PER_CANDIDATE_MAX: usize = 8;
/// Most guarantees of a round.
pub const ROUND_GUARANTEES_MAX: usize = 1_000;
/// Most steps of the price of load.
pub const ROUND_LOAD_STEPS_MAX: usize = 16;
/// Highest price of load.
pub const ROUND_LOAD_PRICE_MAX: u32 = 1_024;
/// Most organizations that a round caps.
pub const ROUND_ORGANIZATION_CAPS_MAX: usize = 10_000;
/// Most parts that are decided before a round.
pub const ROUND_PINS_MAX: usize = 10_000;
/// Most gaps of supply that a round tells.
pub const ROUND_SUPPLY_GAPS_MAX: usize = 200;
/// Most alternatives told of a served item, and most capacities told that an unserved one lost.
pub const ROUND_ALTERNATIVES_MAX: usize = 3;
/// Most near misses told of an item that nothing fits.
pub const ROUND_NEAR_MISSES_MAX: usize = 3;
/// Most rounds of a tenant that are asked for and not finished.
pub const ROUNDS_UNFINISHED_MAX: usize = 32;
/// Most times that somebody begins with a round or takes it up again.
pub const ROUND_ATTEMPTS_MAX: u32 = 5;
/// Most plans of one round: the first, and those for what was refused of the one before.
pub const ROUND_PASSES_MAX: u32 = 4;
/// Most outcomes of a round that are written in one go.
pub const ROUND_OUTCOMES_WRITTEN_MAX: usize = 500;
/// How long whoever works on a round may be silent before another takes it up.
pub const ROUND_LEASE_SECONDS: i64 = 20;
/// How often whoever works on a round says so.
pub const ROUND_HEARTBEAT_MILLISECONDS: u64 = 2_000;
/// How often rounds that nobody works on are looked for.
pub const ROUND_POLL_MILLISECONDS: u64 = 500;
/// Most offers of a round that are under way in the ledger at once.
pub const ROUND_OFFERS_AT_ONCE_MAX: usize = 64;
/// Finished rounds of a tenant whose outcomes and reports are kept; of older ones only the rounds themselves are.
pub const ROUND_RESULTS_KEPT_MAX: usize = 50;
/// How long after its end a round's prices are looked at: nothing waits for a next round that nobody asks for any more.
pub const ROUND_PRICES_DAYS_MAX: i64 = 14;
/// Most needs of one stateless plan.
pub const PLAN_NEEDS_MAX: usize = 100_000;
/// Most resources of one stateless plan.
pub const PLAN_RESOURCES_MAX: usize = 50_000;
/// Most pairs of need and resource, given or found, of one stateless plan.
pub const PLAN_PAIRS_MAX: usize = 8_000_000;
/// Most messages of one stateless plan.
pub const PLAN_CHUNKS_MAX: usize = 100_000;
/// Longest name that a caller gives a need, resource, pool, organization or group of a stateless plan.
pub const PLAN_NAME_CHARS_MAX: usize = 128;
/// Most bytes of the answer of a stateless plan, where the caller says that it takes so many.
pub const PLAN_ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most stateless plans that one replica makes at once, one for each tenant.
pub const PLANS_AT_ONCE_MAX: usize = 2;
/// Most of them that it has in memory: while they are gathered, wait for their turn, and are made.
pub const PLANS_KEPT_MAX: usize = 8;
/// Most of these of one tenant.
pub const PLANS_KEPT_PER_TENANT_MAX: usize = 4;
/// Most of these of one caller.
pub const PLANS_KEPT_PER_CALLER_MAX: usize = 2;
/// Claims of one organization that may be refused within an hour; then it waits. Each refusal says something about somebody's need.
pub const REFUSED_CLAIMS_PER_HOUR_MAX: usize = 30;
/// Wishes that one organization has claimed, with its own resources or by pledges, and that it has not delivered, or of which the other side
/// says that they did not arrive. Each shows how somebody can be reached.
pub const CLAIMS_LIVE_PER_ORGANIZATION_MAX: i64 = 100;
/// Claims that one organization may give up in a day; then it waits before it claims again. Each showed how somebody can be reached.
pub const CLAIMS_GIVEN_UP_PER_ORGANIZATION_AND_DAY_MAX: i64 = 10;
/// How long a claim that was given up counts among those of its day.
pub const CLAIMS_GIVEN_UP_DAY_HOURS: i64 = 24;
/// Most subscriptions of one organization.
pub const SUBSCRIPTIONS_PER_ORGANIZATION_MAX: usize = 16;
/// Most subscriptions of a tenant that are told of new wishes.
pub const SUBSCRIPTIONS_ACTIVE_MAX: usize = 10_000;
/// Most categories, and most divisions, that a subscription names.
pub const SUBSCRIPTION_SCOPE_ENTRIES_MAX: usize = 32;
/// Most wishes that a subscription may be told of in a day.
pub const SUBSCRIPTION_DAILY_BUDGET_MAX: u32 = 1_000;
/// How often wishes that nobody has been told of are looked for.
pub const NOTICE_POLL_MILLISECONDS: u64 = 1_000;
/// How long whoever tells of new wishes may be silent before another replica takes over.
pub const NOTICE_LEASE_SECONDS: i64 = 30;
/// How long a wish waits for a day whose budget it fits in; after that it is in the pool alone.
pub const NOTICE_WAIT_DAYS_MAX: i64 = 7;
/// Most notifications that are marked as seen in one go.
pub const NOTIFICATIONS_MARKED_MAX: usize = 500;
/// How long after a new secret was given messages are signed with the old one as well.
pub const WEBHOOK_SECRET_OVERLAP_HOURS: i64 = 24;
/// Most messages to webhooks of one tenant that one replica sends at once: so many of offers, and so many of wishes.
pub const WEBHOOK_SENDS_AT_ONCE_MAX: usize = 16;
/// Most of them to one organization: receivers that do not answer hold up their own messages.
pub const WEBHOOK_SENDS_PER_ORGANIZATION_MAX: usize = 2;
/// How long a sender waits for more places to become free once one has, before it takes more messages.
pub const WEBHOOK_ROOM_MILLISECONDS: u64 = 20;
/// Messages that are due and looked at in one go, to find those of organizations that have a place.
pub const WEBHOOK_DUE_LOOKED_AT_MAX: usize = 256;
/// How long a receiver may take to answer, from the look-up of its name to the last byte of its headers.
pub const WEBHOOK_ANSWER_SECONDS_MAX: u64 = 10;
/// How long whoever sends a message may be silent before it is sent again.
pub const WEBHOOK_CLAIM_SECONDS: i64 = 60;
/// Wait before a message that was not taken is sent for the second time; each wait is twice as long as the one before.
pub const WEBHOOK_RETRY_SECONDS_MIN: i64 = 10;
/// Longest wait between two attempts.
pub const WEBHOOK_RETRY_SECONDS_MAX: i64 = 6 * 60 * 60;
/// How long a message is tried, from when it was told.
pub const WEBHOOK_GIVE_UP_HOURS: i64 = 72;
/// Lowest port of a webhook but for 443: services of the system listen below.
pub const WEBHOOK_PORT_MIN: u16 = 1_024;
