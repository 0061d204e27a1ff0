//! What a write refers to must exist: checked against a snapshot that has everything logged so far, so that the refusal can
//! name the field and the value. The database's constraints stand behind it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use wishwell_domain::area::ServiceArea;
use wishwell_domain::category::Category;
use wishwell_domain::division::Division;
use wishwell_domain::ids::{CategoryCode, DivisionCode};
use wishwell_domain::limits::{CATEGORIES_MAX, DIVISIONS_MAX, TREE_DEPTH_MAX};
use wishwell_domain::need::Need;
use wishwell_domain::resource::Resource;
use wishwell_domain::{Violation, Violations};
use wishwell_engine::Snapshot;
use wishwell_engine::eligibility::Program;

/// The violation for a name that leads nowhere.
pub(crate) fn dangling(field: impl fmt::Display, name: impl fmt::Display) -> Violation {
    Violation::new(field, "reference", "refers to something that does not exist").with_value(name)
}

/// Checks that a category exists.
pub(crate) fn category(field: &str, code: &CategoryCode, snapshot: &Snapshot, violations: &mut Violations) {
    violations.require(snapshot.category(code.as_str()).is_some(), || {
        Violation::new(field, "category.unknown", "is not a category of the catalogue").with_value(code)
    });
}

/// Checks that a division, where given, exists.
pub(crate) fn division(field: &str, code: Option<&DivisionCode>, snapshot: &Snapshot, violations: &mut Violations) {
    if let Some(code) = code {
        violations.require(snapshot.division(code.as_str()).is_some(), || {
            Violation::new(field, "division.unknown", "is not a division of the catalogue").with_value(code)
        });
    }
}

/// Checks all that a resource refers to in the trees, and that its eligibility compiles.
pub(crate) fn resource(field: &str, resource: &Resource, snapshot: &Snapshot, violations: &mut Violations) {
    for (index, code) in resource.categories.iter().enumerate() {
        category(&format!("{field}.categories[{index}]"), code, snapshot, violations);
    }
    division(&format!("{field}.division"), resource.division.as_ref(), snapshot, violations);
    for (index, area) in resource.areas.iter().enumerate() {
        if let ServiceArea::Division(code) = area {
            division(&format!("{field}.areas[{index}].division"), Some(code), snapshot, violations);
        }
    }
    if let Some(eligibility) = &resource.eligibility {
        let field = format!("{field}.eligibility.expression");
        if violations.tells_of(&*field) {
            return;
        }
        let stored = snapshot.resource(resource.id).and_then(|stored| snapshot.eligibility_expression(stored));
        // What is stored and stays as it is was taken when other things were checked.
        let stays = stored == Some(eligibility.expression.as_str());
        let compile = if stays { Program::compile } else { Program::compile_new };
        if let Err(error) = compile(&eligibility.expression) {
            let message = format!("line {}, column {}: {}", error.line, error.column, error.message);
            let violation = Violation::new(field, "eligibility.expression", message);
            violations.add(violation.with_value(&eligibility.expression));
        }
    }
}

/// Checks a batch of categories: each parent is in the catalogue or in the batch, and no circle comes about.
pub(crate) fn categories(field: &str, batch: &[Category], snapshot: &Snapshot, violations: &mut Violations) {
    let known = |code: &CategoryCode| snapshot.category(code.as_str()).and_then(|c| c.parent.clone());
    tree(
        field,
        "category.unknown",
        batch,
        |c| &c.code,
        |c| c.parent.as_ref(),
        known,
        |code| snapshot.category(code.as_str()).is_some(),
        violations,
    );
    let stored: Vec<_> = snapshot.categories().map(|known| (&known.code, known.parent.as_ref())).collect();
    let batch: Vec<_> = batch.iter().map(|sent| (&sent.code, sent.parent.as_ref())).collect();
    bounds(field, &batch, &stored, CATEGORIES_MAX, violations);
}

/// Checks a batch of divisions like [`categories`].
pub(crate) fn divisions(field: &str, batch: &[Division], snapshot: &Snapshot, violations: &mut Violations) {
    let known = |code: &DivisionCode| snapshot.division(code.as_str()).and_then(|d| d.parent.clone());
    tree(
        field,
        "division.unknown",
        batch,
        |d| &d.code,
        |d| d.parent.as_ref(),
        known,
        |code| snapshot.division(code.as_str()).is_some(),
        violations,
    );
    let known = snapshot.find_divisions(None, "");
    let stored: Vec<_> = known.into_iter().map(|known| (&known.code, known.parent.as_ref())).collect();
    let batch: Vec<_> = batch.iter().map(|sent| (&sent.code, sent.parent.as_ref())).collect();
    bounds(field, &batch, &stored, DIVISIONS_MAX, violations);
}

#[allow(clippy::too_many_arguments)]
fn tree<'a, T, C: Eq + std::hash::Hash + Clone + std::fmt::Display + 'a>(
    field: &str,
    unknown: &'static str,
    batch: &'a [T],
    code_of: impl Fn(&'a T) -> &'a C,
    parent_of: impl Fn(&'a T) -> Option<&'a C>,
    stored_parent: impl Fn(&C) -> Option<C>,
    is_stored: impl Fn(&C) -> bool,
    violations: &mut Violations,
) {
    let in_batch: HashMap<&C, Option<&C>> = batch.iter().map(|entry| (code_of(entry), parent_of(entry))).collect();
    let mut seen = HashSet::new();
    for (index, entry) in batch.iter().enumerate() {
        let code = code_of(entry);
        violations.require(seen.insert(code), || {
            Violation::new(format!("{field}[{index}].code"), "code.unique", "stands twice in the batch")
                .with_value(code)
        });
        let Some(parent) = parent_of(entry) else { continue };
        let path = format!("{field}[{index}].parent");
        if violations.tells_of(&*path) {
            continue;
        }
        if !in_batch.contains_key(parent) && !is_stored(parent) {
            violations
                .add(Violation::new(path, unknown, "is not in the catalogue or in this batch").with_value(parent));
            continue;
        }
        let mut above = Some(parent.clone());
        let mut depth = 1;
        while let Some(next) = above {
            depth += 1;
            if next == *code || depth > TREE_DEPTH_MAX {
                let (rule, message) = if next == *code {
                    ("tree.cycle", "leads back to the entry itself")
                } else {
                    ("tree.depth", "lies too deep in the tree")
                };
                violations.add(Violation::new(path, rule, message).with_value(parent));
                break;
            }
            above = match in_batch.get(&next) {
                Some(parent) => parent.cloned(),
                None => stored_parent(&next),
            };
        }
    }
}

/// A tree's code with its parent's.
type Branch<'a, C> = (&'a C, Option<&'a C>);

/// Checks that a tree does not outgrow its size, and that what hangs below a moved entry does not end up too deep. What the
/// batch itself holds is checked by [`tree`].
fn bounds<C: Eq + std::hash::Hash + std::fmt::Display>(
    field: &str,
    batch: &[Branch<'_, C>],
    stored: &[Branch<'_, C>],
    max: usize,
    violations: &mut Violations,
) {
    if !violations.is_empty() {
        return;
    }
    let sent: HashMap<&C, usize> = batch.iter().enumerate().map(|(index, branch)| (branch.0, index)).collect();
    let known = stored.iter().filter(|branch| sent.contains_key(branch.0)).count();
    let count = stored.len() + sent.len() - known;
    violations.require(count <= max, || {
        Violation::new(field, "list.max_items", format!("must be at most {max} in all")).with_value(count)
    });
    // Only what was there before can have anything below it that is not in the batch.
    let mut parents: HashMap<&C, Option<&C>> = stored.iter().copied().collect();
    let moved = batch.iter().filter(|(code, parent)| parents.get(code).is_some_and(|before| before != parent)).count();
    if moved == 0 {
        return;
    }
    parents.extend(batch.iter().copied());
    let mut told = HashSet::new();
    for (code, _) in stored {
        let (mut depth, mut above, mut cause) = (1, *code, None);
        while let Some(Some(parent)) = parents.get(above) {
            cause = cause.or_else(|| sent.get(above));
            (above, depth) = (*parent, depth + 1);
            if depth > TREE_DEPTH_MAX {
                break;
            }
        }
        if let (true, Some(index)) = (depth > TREE_DEPTH_MAX, cause)
            && told.insert(index)
        {
            let message = format!("puts {code}, which lies below it, too deep in the tree");
            violations.add(Violation::new(format!("{field}[{index}].parent"), "tree.depth", message));
        }
    }
}

/// Checks all that a need refers to in the trees.
pub(crate) fn need(field: &str, need: &Need, snapshot: &Snapshot, violations: &mut Violations) {
    for item in &need.items {
        // Those that could not be read leave gaps.
        let index = item.ordinal.saturating_sub(1);
        category(&format!("{field}.items[{index}].category"), &item.category, snapshot, violations);
    }
    division(&format!("{field}.division"), need.division.as_ref(), snapshot, violations);
}
