//! What every part of the contract keeps, whoever adds to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generate;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
};
use prost_types::FileDescriptorProto;

fn pool() -> DescriptorPool {
    wishwell_api::descriptor_pool().clone()
}

fn methods() -> Vec<MethodDescriptor> {
    let pool = pool();
    pool.services()
        .filter(|service| service.package_name() == "wishwell.v1")
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

/// The messages of requests and all they contain.
fn messages_from_callers() -> Vec<MessageDescriptor> {
    let mut open: Vec<MessageDescriptor> = methods().iter().map(MethodDescriptor::input).collect();
    let mut seen = BTreeMap::new();
    while let Some(message) = open.pop() {
        if message.package_name() != "wishwell.v1" || seen.contains_key(message.full_name()) {
            continue;
        }
        open.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
        seen.insert(message.full_name().to_owned(), message);
    }
    seen.into_values().collect()
}

fn extension(options: &DynamicMessage, name: &str) -> Option<Value> {
    let extension = pool().get_extension_by_name(name)?;
    options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
}

fn member(value: &Value, name: &str) -> Option<Value> {
    let message = value.as_message()?;
    message.has_field_by_name(name).then(|| message.get_field_by_name(name).map(|value| value.into_owned()))?
}

fn rules(field: &FieldDescriptor) -> Option<Value> {
    extension(&field.options(), "buf.validate.field")
}

/// Answered by the server and ignored in a request (`google.api.FieldBehavior.OUTPUT_ONLY` is 3).
fn is_output(field: &FieldDescriptor) -> bool {
    let behaviors = extension(&field.options(), "google.api.field_behavior");
    behaviors.and_then(|value| Some(value.as_list()?.contains(&Value::EnumNumber(3)))).unwrap_or(false)
}

fn is_sensitive(field: &FieldDescriptor) -> bool {
    generate::is_sensitive(field)
}

#[test]
fn every_method_has_a_route_whose_variables_are_fields_of_its_request() {
    // A stream of requests is no request that a route could carry.
    let methods: Vec<_> = methods().into_iter().filter(|method| !method.is_client_streaming()).collect();
    assert!(methods.iter().any(|method| method.name() == "FindResources"));
    let mut routes = BTreeSet::new();
    for method in methods {
        let rule = extension(&method.options(), "google.api.http")
            .unwrap_or_else(|| panic!("{} has no route", method.full_name()));
        let (verb, path) = ["get", "post", "patch", "put", "delete"]
            .into_iter()
            .find_map(|verb| Some((verb, member(&rule, verb)?.as_str()?.to_owned())))
            .expect("a verb");
        assert!(path.starts_with("/v1/"), "{path}");
        for variable in path.split('{').skip(1).filter_map(|part| part.split(['=', '}']).next()) {
            assert!(method.input().get_field_by_name(variable).is_some(), "{path}: {variable}");
        }
        let bodiless = matches!(verb, "get" | "delete");
        assert_eq!(member(&rule, "body").is_some(), !bodiless, "{}", method.full_name());
        assert!(routes.insert((verb, path.clone())), "{verb} {path} leads to two methods");
    }
}

/// Paths of everything in a file that has no comment, by the numbers of `google.protobuf.SourceCodeInfo`.
fn without_comment(file: &FileDescriptorProto) -> Vec<String> {
    let commented: BTreeSet<&[i32]> = file
        .source_code_info
        .iter()
        .flat_map(|info| &info.location)
        .filter(|location| !location.leading_comments().trim().is_empty())
        .map(|location| location.path.as_slice())
        .collect();
    let mut parts: Vec<(Vec<i32>, String)> = Vec::new();
    for (at, message) in (0..).zip(&file.message_type) {
        parts.push((vec![4, at], message.name().to_owned()));
        parts.extend((0..).zip(&message.field).map(|(field, proto)| (vec![4, at, 2, field], proto.name().to_owned())));
    }
    for (at, kind) in (0..).zip(&file.enum_type) {
        parts.push((vec![5, at], kind.name().to_owned()));
        parts.extend((0..).zip(&kind.value).map(|(value, proto)| (vec![5, at, 2, value], proto.name().to_owned())));
    }
    for (at, service) in (0..).zip(&file.service) {
        parts.push((vec![6, at], service.name().to_owned()));
        parts.extend(
            (0..).zip(&service.method).map(|(method, proto)| (vec![6, at, 2, method], proto.name().to_owned())),
        );
    }
    parts
        .into_iter()
        .filter(|(path, _)| !commented.contains(path.as_slice()))
        .map(|(_, name)| format!("{}: {name}", file.name()))
        .collect()
}

#[test]
fn everything_in_the_contract_is_documented() {
    let set = generate::compile(true).unwrap().file_descriptor_set();
    let missing: Vec<String> =
        set.file.iter().filter(|file| file.package() == "wishwell.v1").flat_map(without_comment).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn whatever_the_documentation_calls_sensitive_is_marked_so_and_the_reverse() {
    let set = generate::compile(true).unwrap().file_descriptor_set();
    let pool = pool();
    for file in set.file.iter().filter(|file| file.package() == "wishwell.v1") {
        let comments: BTreeMap<&[i32], &str> = file
            .source_code_info
            .iter()
            .flat_map(|info| &info.location)
            .map(|at| (at.path.as_slice(), at.leading_comments()))
            .collect();
        for (at, message) in (0..).zip(&file.message_type) {
            let descriptor = pool.get_message_by_name(&format!("wishwell.v1.{}", message.name())).unwrap();
            for (index, field) in (0..).zip(&message.field) {
                let said = comments
                    .get([4, at, 2, index].as_slice())
                    .is_some_and(|comment| comment.trim_end().ends_with("Sensitive."));
                let marked = is_sensitive(&descriptor.get_field_by_name(field.name()).unwrap());
                assert_eq!(said, marked, "{}.{}", message.name(), field.name());
            }
        }
    }
}

/// Fields from callers that no rule bounds, each with what bounds it instead.
const BOUNDED_ELSEWHERE: &[(&str, &str)] =
    &[("wishwell.v1.Fact.int_value", "what a number means is the fact catalogue's; a rule only compares it")];

/// Whether an anchored pattern can only match texts up to some length.
fn is_bounded_pattern(pattern: &str) -> bool {
    let mut in_class = false;
    let mut unbounded = !(pattern.starts_with('^') && pattern.ends_with('$'));
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '*' | '+' if !in_class => unbounded = true,
            ',' if !in_class && characters.peek() == Some(&'}') => unbounded = true,
            _ => {}
        }
    }
    !unbounded
}

fn is_bounded_text(rules: &Value) -> bool {
    let Some(text) = member(rules, "string") else { return false };
    let pattern = member(&text, "pattern").and_then(|pattern| Some(is_bounded_pattern(pattern.as_str()?)));
    ["max_len", "max_bytes", "len", "uuid"].iter().any(|rule| member(&text, rule).is_some()) || pattern.unwrap_or(false)
}

fn is_bounded(kind: &Kind, rules: Option<&Value>) -> bool {
    match kind {
        Kind::String => rules.is_some_and(is_bounded_text),
        Kind::Bytes => false,
        Kind::Int32 | Kind::Int64 => {
            rules.and_then(|rules| member(rules, "int32").or_else(|| member(rules, "int64"))).is_some()
        }
        Kind::Double => rules.and_then(|rules| member(rules, "double")).is_some(),
        Kind::Enum(_) => rules.and_then(|rules| member(&member(rules, "enum")?, "defined_only")).is_some(),
        Kind::Message(message) if message.full_name() == "google.protobuf.FieldMask" => {
            rules.and_then(|rules| member(&member(rules, "field_mask")?, "in")).is_some()
        }
        Kind::Bool | Kind::Message(_) => true,
        _ => false,
    }
}

#[test]
fn every_field_from_a_caller_is_bounded() {
    let mut unbounded = Vec::new();
    for message in messages_from_callers() {
        for field in message.fields().filter(|field| !is_output(field)) {
            let rules = rules(&field);
            let bounded = if field.is_list() {
                let repeated = rules.as_ref().and_then(|rules| member(rules, "repeated"));
                let items = repeated.as_ref().and_then(|repeated| member(repeated, "items"));
                repeated.is_some_and(|repeated| member(&repeated, "max_items").is_some())
                    && is_bounded(&field.kind(), items.as_ref())
            } else {
                !field.is_map() && is_bounded(&field.kind(), rules.as_ref())
            };
            if !bounded {
                unbounded.push(field.full_name().to_owned());
            }
        }
    }
    let listed: Vec<String> = BOUNDED_ELSEWHERE.iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(unbounded, listed);
}

#[test]
fn patterns_without_an_end_do_not_count_as_bounds() {
    for (pattern, bounded) in
        [("^[a-z+*]{1,4}$", true), ("^a+$", false), ("^a*$", false), ("^a{2,}$", false), ("a", false)]
    {
        assert_eq!(is_bounded_pattern(pattern), bounded, "{pattern}");
    }
}

#[test]
fn every_write_takes_a_request_id_and_answers_its_log_position() {
    // Watching begins after a position and tells positions all along; what is planned in a stream is neither read nor written, and
    // who calls stands in no log.
    let other = ["WatchEvents", "PlanAllocation", "GetPrincipal"];
    for method in methods().into_iter().filter(|method| !other.contains(&method.name())) {
        let reads = ["Get", "List", "Find"].iter().any(|verb| method.name().starts_with(verb));
        assert_eq!(method.input().get_field_by_name("request_id").is_some(), !reads, "{}", method.name());
        assert_eq!(method.input().get_field_by_name("min_position").is_some(), reads, "{}", method.name());
        if !reads {
            assert!(method.output().get_field_by_name("log_position").is_some(), "{}", method.name());
        }
    }
}

#[test]
fn an_update_mask_names_fields_of_its_entity_and_never_one_that_the_server_gives() {
    for message in messages_from_callers() {
        let Some(mask) = message.get_field_by_name("update_mask") else { continue };
        let entity = message
            .fields()
            .find_map(|field| field.kind().as_message().filter(|kind| kind.package_name() == "wishwell.v1").cloned());
        let allowed = member(&member(&rules(&mask).unwrap(), "field_mask").unwrap(), "in").unwrap();
        for path in allowed.as_list().unwrap() {
            let field = entity.as_ref().unwrap().get_field_by_name(path.as_str().unwrap());
            assert!(field.is_some_and(|field| !is_output(&field)), "{}: {path:?}", message.name());
        }
    }
}

#[test]
fn every_error_reason_says_which_status_it_comes_with() {
    let set = generate::compile(true).unwrap().file_descriptor_set();
    let file = set.file.iter().find(|file| file.name() == "wishwell/v1/error.proto").unwrap();
    for location in &file.source_code_info.as_ref().unwrap().location {
        if let [5, 0, 2, value] = location.path.as_slice() {
            let comment = location.leading_comments().trim();
            assert!(*value == 0 || comment.ends_with("]."), "{comment}");
        }
    }
    assert_eq!(wishwell_api::v1::ErrorReason::EtagMismatch.reason(), "ETAG_MISMATCH");
}

/// Answers with a list that has no next page, and what keeps each within 4 MiB, which is what clients of gRPC take.
const BOUNDED: &[(&str, &str)] = &[
    ("FindResources", "refused, ANSWER_TOO_LARGE"),
    ("PlanAllocation", "refused, ANSWER_TOO_LARGE, unless the caller says that it takes more"),
    ("GetSupervision", "refused, ANSWER_TOO_LARGE, as what any call reads"),
    ("GetRoundReport", "refused, ANSWER_TOO_LARGE, as what any call reads"),
    ("WatchEvents", "a batch ends early"),
    ("BatchCreateReferrals", "what they hold is left out"),
    ("BatchTryCreateReferrals", "what they hold is left out"),
    ("BatchUpsertOrganizations", "500 names"),
    ("BatchUpsertResources", "500 names"),
    ("BatchUpsertCapacityPools", "500 names"),
    ("BatchUpsertCategories", "500 names"),
    ("BatchUpsertDivisions", "500 names"),
    ("SubmitNeed", "10 likely duplicates"),
];

#[test]
fn each_answer_that_lists_something_has_pages_or_says_what_bounds_it() {
    let lists = |message: &MessageDescriptor| message.fields().any(|field| field.is_list());
    let mut known: BTreeSet<&str> = BOUNDED.iter().map(|(method, _)| *method).collect();
    assert_eq!(known.len(), BOUNDED.len());
    for method in methods() {
        let answer = method.output();
        // What is one entity has the bounds of the request that made it; a report is none.
        let report = answer.fields().any(|field| field.name() == "report");
        let pages = answer.get_field_by_name("next_page_token").is_some();
        let is_listed = known.remove(method.name());
        assert_eq!(is_listed, (lists(&answer) || report) && !pages, "{}", method.name());
        assert_eq!(pages, method.input().get_field_by_name("page_token").is_some(), "{}", method.name());
    }
    assert!(known.is_empty(), "no calls of the contract: {known:?}");
}
