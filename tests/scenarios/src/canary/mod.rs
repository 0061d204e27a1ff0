//! Canaries: requests made from the contract's descriptors, with a marked value in every field that holds text, and figures that are
//! nobody else's in sensitive fields that hold numbers. A field that is added to the contract tomorrow is covered tomorrow.

pub mod leaks;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
};
use uuid::Uuid;

/// Longest chain of messages within messages.
const DEPTH_MAX: usize = 8;
/// Number in `google.api.FieldBehavior` of what only the server writes.
const OUTPUT_ONLY: i32 = 3;
/// Seconds in thirty days: how far in the past or the future instants lie.
const MONTH_SECONDS: i64 = 30 * 86_400;

/// Why a valid call of the loop may be refused: what it names is not there, does not stand where it would have to, or is not
/// this caller's.
const REFUSALS_OF_THE_LOOP: [&str; 7] = [
    "NOT_FOUND",
    "NEED_OF_BENEFICIARY",
    "ILLEGAL_STATE",
    "RESOURCE_DOES_NOT_FIT",
    "NOBODY_LEFT_TO_ASK",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
];

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spirit {
    /// As valid as possible: marked values only where any text goes.
    Valid,
    /// A marked value in every text field whatever its rules, and in fields that only the server writes.
    Wrong,
    /// As wrong, and longer than any rule allows.
    TooLong,
}

/// One marked value.
#[derive(Debug, Clone)]
pub struct Marker {
    /// The value; nothing else in the world contains it.
    pub value: String,
    /// The field it was sent in.
    pub field: String,
    /// Whether the contract marks the field, or one around it, as sensitive.
    pub sensitive: bool,
}

/// What is sensitive and no text, with the ways in which it would be written: nothing else in the world looks like it.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The field it is sent in.
    pub field: &'static str,
    /// How it reads in a log line, a span or a table.
    pub spelt: &'static [&'static str],
    /// Whether the store may hold it in the clear.
    pub stored: bool,
}

/// Coordinates are looked for with all their digits: a latitude with fewer may be the second of some line's time, of which there are
/// thousands. Of a fact that is true, its key tells.
pub const FIGURES: [Figure; 4] = [
    Figure { field: "GeoPoint.latitude", spelt: &["38.9357924", "389357924"], stored: true },
    Figure { field: "GeoPoint.longitude", spelt: &["106.8153927", "1068153927"], stored: true },
    Figure { field: "Fact.int_value", spelt: &["918273645"], stored: false },
    Figure { field: "Fact.bool_value", spelt: &[TRUE_FACT], stored: false },
];
/// Where people are who are nowhere else, in degrees.
pub const LATITUDE: f64 = 38.935_792_4;
/// As [`LATITUDE`].
pub const LONGITUDE: f64 = 106.815_392_7;
/// What facts that are numbers hold.
pub const NUMBER: i64 = 918_273_645;
/// Key of the fact that is true.
pub const TRUE_FACT: &str = "experienced_violence";

/// A valid fact for each type that facts can have: its key, and the field that holds the value.
const FACTS: [(&str, &str); 4] = [
    (TRUE_FACT, "bool_value"),
    ("monthly_income_per_person_fen", "int_value"),
    // Any short text goes here; a list of texts has codes.
    ("residence_division", "string_value"),
    ("group_tags", "string_values"),
];

/// Most fields of which only one may be filled: so many turns fill each of them once.
pub const TURNS: usize = 4;

/// Which field to fill first where only one of several may be; the next ones in the turns after it. Elsewhere it is the first.
const CHOICES: &[(&str, &str)] =
    &[("Fact", "string_value"), ("FindResourcesRequest", "inline_need"), ("ClaimWishRequest", "pledge")];
/// Fields that a valid message does without, because they exclude what it has.
const LEFT_OUT: &[(&str, &str)] = &[
    ("CapacityPool", "period"),
    ("CapacityPool", "time_zone"),
    ("CapacityPool", "currency"),
    ("CapacityPool", "overrides"),
    ("SetCapacityRequest", "period_start"),
    ("Need", "household"),
    // Of referrals under way, of which these needs have none.
    ("WithdrawNeedRequest", "arrived"),
    ("CloseNeedRequest", "arrived"),
    ("Consent", "withdraw_time"),
    ("Beneficiary", "household"),
    ("Category", "parent"),
    ("Division", "parent"),
    ("Organization", "social_credit_code"),
    ("Resource", "draws"),
    ("Resource", "unit"),
    ("ScheduleException", "hours"),
    ("RoundRules", "aims"),
    ("RoundRules", "pinned"),
    ("PlanRules", "aims"),
];

/// Every method, in an order in which things exist before they are asked for and are erased last.
#[must_use]
pub fn in_order() -> Vec<MethodDescriptor> {
    let pool = wishwell_api::descriptor_pool();
    let mut methods: Vec<_> = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    methods.sort_by_key(rank);
    methods
}

/// When a method's turn is: the smaller, the earlier.
fn rank(method: &MethodDescriptor) -> i32 {
    match method.name() {
        "CreateOrganization" => 0,
        "CreateCapacityPool" => 1,
        "CreateResource" => 2,
        "CreateBeneficiary" => 3,
        "CreateHousehold" => 4,
        "SubmitNeed" => 5,
        "WithdrawNeed" | "CloseNeed" | "DeleteSubscription" => 8,
        "EraseBeneficiary" | "EraseNeed" => 9,
        "BatchUpsertCategories" | "BatchUpsertDivisions" => -1,
        name if name.starts_with("Batch") => 7,
        _ => 6,
    }
}

/// Whether a method may refuse a valid request for a reason: a need that the loop has served is withdrawn no more, and has a beneficiary; a round
/// goes on by itself.
#[must_use]
pub fn may_be_refused(method: &MethodDescriptor, reason: &str) -> bool {
    let of_the_loop = method.parent_service().name() == "ReferralService"
        || matches!(method.name(), "WithdrawNeed" | "CloseNeed" | "EraseNeed" | "MarkNotificationsSeen")
        || (method.name().contains("Round") && method.name() != "CreateRound");
    of_the_loop && REFUSALS_OF_THE_LOOP.contains(&reason)
}

/// Makes requests.
#[derive(Debug)]
pub struct Canaries {
    rules: ExtensionDescriptor,
    message_rules: ExtensionDescriptor,
    behavior: ExtensionDescriptor,
    /// Names of things that exist, by collection (`needs`).
    pub names: BTreeMap<String, String>,
    /// Everything that was sent.
    pub markers: Vec<Marker>,
    /// Full names of the fields that were filled.
    filled: BTreeSet<String>,
    /// Which of several fields is filled, counted from the first.
    turn: usize,
    /// Whether the request that is made had to choose.
    chose: bool,
}

impl Default for Canaries {
    fn default() -> Self {
        Self::new()
    }
}

impl Canaries {
    /// Nothing sent yet.
    ///
    /// # Panics
    /// When the contract has lost its rules.
    #[must_use]
    pub fn new() -> Self {
        let extension = |name: &str| {
            let found = wishwell_api::descriptor_pool().get_extension_by_name(name);
            found.unwrap_or_else(|| panic!("the contract uses {name}"))
        };
        Self {
            rules: extension("buf.validate.field"),
            message_rules: extension("buf.validate.message"),
            behavior: extension("google.api.field_behavior"),
            // Referrals, wishes and notifications are named by calls that come before others make them.
            names: [
                ("categories", "categories/education.desk"),
                ("divisions", "divisions/640104"),
                ("referrals", "referrals/01890000-0000-7000-8000-000000000000"),
                ("wishes", "wishes/01890000-0000-7000-8000-000000000000"),
                ("notifications", "notifications/01890000-0000-7000-8000-000000000000"),
                ("rounds", "rounds/01890000-0000-7000-8000-000000000000"),
            ]
            .into_iter()
            .map(|(collection, name)| (collection.to_owned(), name.to_owned()))
            .collect(),
            markers: Vec::new(),
            filled: BTreeSet::new(),
            turn: 0,
            chose: false,
        }
    }

    /// A request in this spirit; where only one of several fields may be filled, each turn fills another. None when this turn's would be
    /// filled like the first one's.
    pub fn request(&mut self, descriptor: &MessageDescriptor, spirit: Spirit, turn: usize) -> Option<DynamicMessage> {
        (self.turn, self.chose) = (turn, false);
        let request = self.message(descriptor, spirit, false, 0);
        (turn == 0 || self.chose).then_some(request)
    }

    /// Fields of requests, and of what is in them, that were never filled.
    #[must_use]
    pub fn never_filled(&self) -> BTreeSet<String> {
        let mut waiting: Vec<MessageDescriptor> = in_order().iter().map(MethodDescriptor::input).collect();
        let (mut seen, mut fields) = (BTreeSet::new(), BTreeSet::new());
        while let Some(message) = waiting.pop() {
            if message.full_name().starts_with("google.") || !seen.insert(message.full_name().to_owned()) {
                continue;
            }
            for field in message.fields() {
                fields.insert(field.full_name().to_owned());
                if let Kind::Message(part) = field.kind() {
                    waiting.push(part);
                }
            }
        }
        &fields - &self.filled
    }

    /// Remembers the names of what an answer holds, so that later requests mean things that exist.
    pub fn learn(&mut self, answer: &DynamicMessage) {
        for (_, value) in answer.fields() {
            if let Value::Message(part) = value
                && let Some(name) = part.get_field_by_name("name")
                && let Some((collection, _)) = name.as_str().and_then(|name| name.split_once('/'))
            {
                let name = name.as_str().unwrap_or_default().to_owned();
                self.names.insert(collection.to_owned(), name);
            }
        }
    }

    /// A marked value, as if it had been sent in this field.
    pub fn marked(&mut self, field: &str, sensitive: bool) -> String {
        let value = format!("canary{:05}z", self.markers.len());
        self.markers.push(Marker { value: value.clone(), field: field.to_owned(), sensitive });
        value
    }

    fn message(
        &mut self,
        descriptor: &MessageDescriptor,
        spirit: Spirit,
        sensitive: bool,
        depth: usize,
    ) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        let excluded = self.excluded(descriptor);
        for field in descriptor.fields() {
            let left_out = LEFT_OUT.contains(&(descriptor.name(), field.name())) || self.is_output_only(&field);
            if excluded.contains(&field.name().to_owned()) || (spirit == Spirit::Valid && left_out) {
                continue;
            }
            if depth >= DEPTH_MAX && matches!(field.kind(), Kind::Message(_)) {
                continue;
            }
            let sensitive = sensitive || is_sensitive(&field);
            if let Kind::Message(fact) = field.kind()
                && field.is_list()
                && fact.full_name() == "wishwell.v1.Fact"
                && spirit == Spirit::Valid
            {
                let facts = FACTS.map(|(key, holds)| Value::Message(self.fact(&fact, key, holds)));
                message.set_field(&field, Value::List(facts.into()));
                self.filled.insert(field.full_name().to_owned());
            } else if let Some(value) = self.value(&field, spirit, sensitive, depth) {
                let value = if field.is_list() { Value::List(vec![value]) } else { value };
                message.set_field(&field, value);
                self.filled.insert(field.full_name().to_owned());
            }
        }
        message
    }

    /// A fact with what it holds in this field.
    fn fact(&mut self, descriptor: &MessageDescriptor, key: &str, holds: &str) -> DynamicMessage {
        let mut fact = DynamicMessage::new(descriptor.clone());
        fact.set_field_by_name("key", Value::String(key.to_owned()));
        let value = match descriptor.get_field_by_name(holds).expect("a field of facts") {
            field if field.is_list() => Value::List(vec![Value::String("veteran".to_owned())]),
            field if field.kind() == Kind::Bool => Value::Bool(true),
            field if field.kind() == Kind::Int64 => Value::I64(NUMBER),
            field => Value::String(self.marker(&field, true)),
        };
        fact.set_field_by_name(holds, value);
        fact
    }

    /// Fields that a rule of the message or a oneof keeps apart from the one that is filled.
    fn excluded(&mut self, descriptor: &MessageDescriptor) -> Vec<String> {
        let rules = descriptor.options().get_extension(&self.message_rules).into_owned();
        let groups =
            rules.as_message().and_then(|rules| rules.get_field_by_name("oneof").map(|list| list.into_owned()));
        let groups = groups.as_ref().and_then(Value::as_list).unwrap_or_default().iter();
        let groups = groups.filter_map(|group| {
            let names = group.as_message()?.get_field_by_name("fields")?.into_owned();
            Some(names.as_list()?.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect::<Vec<_>>())
        });
        let oneofs = descriptor.oneofs().filter(|oneof| !oneof.is_synthetic());
        let oneofs = oneofs.map(|oneof| oneof.fields().map(|field| field.name().to_owned()).collect());
        let groups: Vec<Vec<String>> = groups.chain(oneofs).collect();
        self.chose |= !groups.is_empty();
        let named = CHOICES.iter().find(|(message, _)| *message == descriptor.name());
        let others = |mut group: Vec<String>| {
            assert!((1..=TURNS).contains(&group.len()), "each of {group:?} has its turn");
            let first = named.and_then(|(_, field)| group.iter().position(|name| name == field)).unwrap_or_default();
            group.remove((first + self.turn) % group.len());
            group
        };
        groups.into_iter().flat_map(others).collect()
    }

    fn value(&mut self, field: &FieldDescriptor, spirit: Spirit, sensitive: bool, depth: usize) -> Option<Value> {
        Some(match field.kind() {
            Kind::String => Value::String(self.text(field, spirit, sensitive)?),
            Kind::Bytes => Value::Bytes(self.marker(field, sensitive).into_bytes().into()),
            Kind::Bool => Value::Bool(field.name() != "total_unknown"),
            Kind::Double => Value::F64(match (field.name(), sensitive, spirit) {
                ("latitude", true, Spirit::Valid) => LATITUDE,
                // What is wrong ends in the same digits.
                ("latitude", true, _) => 138.935_792_4,
                ("latitude", false, _) => 38.4712,
                (_, true, Spirit::Valid) => LONGITUDE,
                (_, true, _) => 1_106.815_392_7,
                (_, false, _) => 106.2781,
            }),
            Kind::Float => Value::F32(1.0),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(number(field)),
            Kind::Int64 if sensitive => Value::I64(NUMBER),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(i64::from(number(field))),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(1),
            Kind::Enum(kind) if kind.name() == "ConsentPurpose" => Value::EnumNumber(3),
            Kind::Enum(kind) if kind.name() == "Datum" => Value::EnumNumber(1),
            Kind::Enum(_) => Value::EnumNumber(1),
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => instant(&message, field.name()),
                "google.protobuf.Duration" => an_hour(&message),
                "google.protobuf.FieldMask" => self.mask(&message, field, spirit, sensitive),
                "wishwell.v1.Polygon" => Value::Message(self.triangle(&message)),
                _ => Value::Message(self.message(&message, spirit, sensitive, depth + 1)),
            },
        })
    }

    /// Three corners, as few as a polygon has, none on the way from one to another.
    fn triangle(&mut self, polygon: &MessageDescriptor) -> DynamicMessage {
        let vertices = polygon.get_field_by_name("vertices").expect("a field of polygons");
        let Kind::Message(point) = vertices.kind() else { panic!("corners are points") };
        let corners = [(38.4, 106.2), (38.5, 106.2), (38.4, 106.3)].map(|(latitude, longitude)| {
            let mut corner = DynamicMessage::new(point.clone());
            corner.set_field_by_name("latitude", Value::F64(latitude));
            corner.set_field_by_name("longitude", Value::F64(longitude));
            corner.set_field_by_name("datum", Value::EnumNumber(1));
            Value::Message(corner)
        });
        let mut message = DynamicMessage::new(polygon.clone());
        message.set_field(&vertices, Value::List(corners.into()));
        self.filled.extend([vertices.full_name().to_owned()]);
        self.filled.extend(point.fields().map(|field| field.full_name().to_owned()));
        message
    }

    fn text(&mut self, field: &FieldDescriptor, spirit: Spirit, sensitive: bool) -> Option<String> {
        if spirit == Spirit::TooLong {
            return Some(format!("{}{}", self.marker(field, sensitive), "x".repeat(5_000)));
        }
        if spirit == Spirit::Wrong {
            return Some(self.marker(field, sensitive));
        }
        let (pattern, uuid) = self.string_rules(field);
        if uuid {
            return Some(Uuid::from_u128(0x7000_8000_0000_0000_0000_u128 + self.markers.len() as u128).to_string());
        }
        match field.name() {
            "page_token" | "etag" | "after_mark" => return None,
            "expression" => return Some("age_years >= 60".to_owned()),
            "key" => return Some("gender".to_owned()),
            "string_value" => return Some("female".to_owned()),
            "time_zone" => return Some("Asia/Shanghai".to_owned()),
            // Nobody has a name below it (RFC 6761).
            "webhook_url" => return Some("https://receiver.invalid/wishes".to_owned()),
            "valid_until" => return Some("2035-01-01".to_owned()),
            _ => {}
        }
        if let Some((collection, _)) = pattern.trim_start_matches('^').split_once("/[0-9a-f]{8}") {
            return self.names.get(collection).cloned();
        }
        Some(match pattern.as_str() {
            "" => self.marker(field, sensitive),
            pattern if pattern.starts_with("^[1-9][0-9](") => "640104".to_owned(),
            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" => "education.desk".to_owned(),
            "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$" => self.marker(field, sensitive),
            "^[a-z][a-z0-9_]{0,31}$" => "piece".to_owned(),
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => "2026-11-02".to_owned(),
            pattern if pattern.starts_with("^[A-Za-z][A-Za-z0-9_+-]*(/") => "Asia/Shanghai".to_owned(),
            pattern => match pattern.split_once("/[") {
                Some((collection, _)) => self.names.get(collection.trim_start_matches('^')).cloned()?,
                None => return None,
            },
        })
    }

    fn marker(&mut self, field: &FieldDescriptor, sensitive: bool) -> String {
        self.marked(field.full_name(), sensitive)
    }

    fn mask(&mut self, message: &MessageDescriptor, field: &FieldDescriptor, spirit: Spirit, sensitive: bool) -> Value {
        let rules = self.field_rules(field);
        let allowed = rules.and_then(|rules| part(&rules, "field_mask")).and_then(|mask| {
            let list = mask.get_field_by_name("in")?.into_owned();
            Some(list.as_list()?.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect::<Vec<_>>())
        });
        let paths =
            if spirit == Spirit::Valid { allowed.unwrap_or_default() } else { vec![self.marker(field, sensitive)] };
        let skipped = |path: &String| LEFT_OUT.iter().any(|(_, left_out)| left_out == path) || path == "window";
        let paths = paths.into_iter().filter(|path| !skipped(path)).map(Value::String).collect();
        let mut mask = DynamicMessage::new(message.clone());
        mask.set_field_by_name("paths", Value::List(paths));
        Value::Message(mask)
    }

    fn field_rules(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        field.options().get_extension(&self.rules).as_message().cloned()
    }

    /// Pattern of a string field (or of the strings in it), and whether it takes a UUID.
    fn string_rules(&self, field: &FieldDescriptor) -> (String, bool) {
        let rules = self.field_rules(field);
        let rules = if field.is_list() {
            rules.and_then(|rules| part(&rules, "repeated")).and_then(|repeated| part(&repeated, "items"))
        } else {
            rules
        };
        let Some(text) = rules.and_then(|rules| part(&rules, "string")) else { return (String::new(), false) };
        let of = |name: &str| text.get_field_by_name(name).map(|value| value.into_owned());
        let pattern = of("pattern").and_then(|pattern| pattern.as_str().map(ToOwned::to_owned)).unwrap_or_default();
        (pattern, of("uuid").and_then(|uuid| uuid.as_bool()).unwrap_or_default())
    }

    fn is_output_only(&self, field: &FieldDescriptor) -> bool {
        let behavior = field.options().get_extension(&self.behavior).into_owned();
        behavior.as_list().unwrap_or_default().iter().any(|value| value.as_enum_number() == Some(OUTPUT_ONLY))
    }
}

/// A part that is there.
fn part(message: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    if !message.has_field_by_name(name) {
        return None;
    }
    message.get_field_by_name(name)?.as_message().cloned()
}

/// Whether the contract keeps the field out of debug output.
fn is_sensitive(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").and_then(|value| value.as_bool()).unwrap_or(false)
}

fn number(field: &FieldDescriptor) -> i32 {
    match field.name() {
        "edition" => 2024,
        "closes_minute" => 720,
        "opens_minute" => 480,
        "max_travel_metres" => 20_000,
        "total" => 100,
        // Asking for the resources of item 0 means all; a referral is of one.
        "item_ordinal" if field.parent_message().name() == "FindResourcesRequest" => 0,
        "min_position" | "used_elsewhere" | "after_position" | "answer_bytes_max" => 0,
        _ => 1,
    }
}

fn instant(message: &MessageDescriptor, field: &str) -> Value {
    #[expect(clippy::disallowed_methods, reason = "the server under test runs by the same clock")]
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let seconds = if matches!(field, "deadline" | "end_time") { now + MONTH_SECONDS } else { now - MONTH_SECONDS };
    let mut instant = DynamicMessage::new(message.clone());
    instant.set_field_by_name("seconds", Value::I64(seconds));
    Value::Message(instant)
}

fn an_hour(message: &MessageDescriptor) -> Value {
    let mut duration = DynamicMessage::new(message.clone());
    duration.set_field_by_name("seconds", Value::I64(3_600));
    Value::Message(duration)
}
