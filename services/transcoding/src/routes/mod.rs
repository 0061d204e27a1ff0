//! Which call a request is: the routes of `google.api.http`, compiled once.

mod call;
mod path;
mod rule;
mod template;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use http::Method;
use prost_reflect::DescriptorPool;

pub use call::{Body, Call, Captures, Route};
pub use path::MalformedPath;
pub(crate) use path::hex;
pub(crate) use rule::Rule;
pub(crate) use template::{Segment, Variable};

use crate::answer::Answers;
use template::Template;

/// Why a contract has no route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// Full name of the method or message, such as `wishwell.v1.NeedService.GetNeed`.
    pub subject: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.message)
    }
}

impl std::error::Error for CompileError {}

/// What became of looking for a route.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// The route, and what its variables captured.
    Found(Arc<Route>, Captures),
    /// The path is a resource, but not for this method; the methods that it knows, in alphabetical order.
    MethodNotAllowed(Vec<Method>),
    /// No route has this path. A slash at the end makes it another path.
    NotFound,
    /// The path is none.
    Malformed(MalformedPath),
}

/// All routes and all calls of a contract.
#[derive(Debug, Clone)]
pub struct RouteTable {
    /// In the order of the contract.
    routes: Vec<Arc<Route>>,
    /// Indices into `routes` by verb, the most specific templates first.
    by_verb: HashMap<String, Vec<usize>>,
    /// By path, such as `/wishwell.v1.NeedService/GetNeed`.
    calls: BTreeMap<String, Arc<Call>>,
    answers: Answers,
}

impl RouteTable {
    /// Compiles every method of every service of the pool. Methods with a stream of requests have no route.
    ///
    /// # Errors
    /// When an annotation is no rule of `google.api.http`, names a field that is not there or cannot be in a path, or when two
    /// routes fit one path and neither is the narrower one.
    pub fn compile(pool: &DescriptorPool) -> Result<Self, CompileError> {
        let answers = Answers::compile(pool)?;
        let mut table = Self { routes: Vec::new(), by_verb: HashMap::new(), calls: BTreeMap::new(), answers };
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            let fail = |message: String| CompileError { subject: method.full_name().to_owned(), message };
            let call = Call::new(method.clone(), &table.answers);
            let call = Arc::new(call.ok_or_else(|| fail("its messages have no tables".to_owned()))?);
            table.calls.insert(call.path().to_owned(), Arc::clone(&call));
            if method.is_client_streaming() {
                continue;
            }
            for rule in rule::of(pool, &method).map_err(fail)? {
                let route = Route::compile(Arc::clone(&call), &rule).map_err(fail)?;
                table.insert(route).map_err(fail)?;
            }
        }
        for indices in table.by_verb.values_mut() {
            let routes = &table.routes;
            indices.sort_by_cached_key(|index| routes.get(*index).map(|route| route.template().specificity()));
        }
        Ok(table)
    }

    fn insert(&mut self, route: Route) -> Result<(), String> {
        let rivals = self.routes.iter().filter(|other| {
            other.http_method() == route.http_method() && other.template().verb == route.template().verb
        });
        for other in rivals {
            let (ours, theirs) = (route.template(), other.template());
            let is_ordered = ours.is_within(theirs) != theirs.is_within(ours);
            if ours.overlaps(theirs) && !is_ordered {
                return Err(format!("{ours} and {theirs} of {} fit one path", other.method().full_name()));
            }
        }
        self.by_verb.entry(route.template().verb.clone()).or_default().push(self.routes.len());
        self.routes.push(Arc::new(route));
        Ok(())
    }

    /// Finds the route of a request. The path is as it was sent, percent-encoded and without the query.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Lookup {
        let segments = match path::segments(path) {
            Ok(segments) => segments,
            Err(malformed) => return Lookup::Malformed(malformed),
        };
        if segments.last().is_none_or(|last| last.is_empty()) {
            return Lookup::NotFound;
        }
        let mut allowed: Vec<Method> = Vec::new();
        for (verb, segments) in readings(segments) {
            for route in self.fitting(verb, &segments) {
                if route.http_method() == method {
                    return match route.capture(&segments) {
                        Ok(captures) => Lookup::Found(Arc::clone(route), captures),
                        Err(malformed) => Lookup::Malformed(malformed),
                    };
                }
                if !allowed.contains(route.http_method()) {
                    allowed.push(route.http_method().clone());
                }
            }
            // A verb that the path knows is no part of a name, whatever the method.
            if !allowed.is_empty() {
                break;
            }
        }
        if allowed.is_empty() {
            return Lookup::NotFound;
        }
        allowed.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        Lookup::MethodNotAllowed(allowed)
    }

    fn fitting<'t>(&'t self, verb: &str, segments: &[&str]) -> impl Iterator<Item = &'t Arc<Route>> {
        let indices = self.by_verb.get(verb).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| self.routes.get(*index)).filter(move |route| route.template().fits(segments))
    }

    /// Every route, in the order of the contract.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = &Arc<Route>> {
        self.routes.iter()
    }

    /// The call with this path, such as `/wishwell.v1.NeedService/GetNeed`, as Connect and gRPC spell it.
    #[must_use]
    pub fn call(&self, path: &str) -> Option<&Arc<Call>> {
        self.calls.get(path)
    }

    /// Every call, by path.
    pub fn calls(&self) -> impl ExactSizeIterator<Item = &Arc<Call>> {
        self.calls.values()
    }

    /// What writes answers and statuses.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }
}

/// A path may end in a verb; if no route of this path knows that verb, its colon belongs to the last segment.
fn readings(segments: Vec<&str>) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let with_verb = segments.split_last().and_then(|(last, before)| {
        let (last, verb) = last.rsplit_once(':')?;
        (!verb.is_empty() && !last.is_empty()).then(|| (verb, before.iter().copied().chain([last]).collect()))
    });
    with_verb.into_iter().chain([("", segments)])
}

impl Route {
    /// The template, parsed.
    pub(crate) fn template(&self) -> &Template {
        &self.template
    }
}
