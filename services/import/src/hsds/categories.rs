//! The taxonomy as a tree of categories, and which services are in which.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::details::Target;
use super::vocabulary;
use crate::clean::text::Kind as TextKind;
use crate::directory::{Category, Resource};
use crate::options::{CATEGORY_DEPTH_MAX, CATEGORY_SYNONYMS_MAX, Options, RESOURCE_CATEGORIES_MAX};
use crate::report::{Ledger, RowId};
use crate::rules::Rule;
use crate::table::{Kind, Row, Tables};
use crate::upload::Stage;

/// Last part of the code under which services without a category are kept.
const UNCLASSIFIED: &str = "unclassified";

/// The tree, and the links from services.
pub(super) struct Categories<'a> {
    tree: BTreeMap<String, Category>,
    /// Code by term key.
    codes: HashMap<String, String>,
    links: HashMap<(&'static str, &'a str), Vec<Row<'a>>>,
    prefix: String,
    vocabulary: String,
}

/// A term before the tree is put together.
struct Term<'a> {
    row: Row<'a>,
    name: String,
    vocabulary: String,
    /// The code as published.
    published: String,
}

pub(super) fn read<'a>(tables: &'a Tables, options: &Options, ledger: &mut Ledger) -> Categories<'a> {
    let terms = terms(tables, ledger);
    let vocabulary = terms.first().map(|(_, term)| term.vocabulary.clone()).unwrap_or_default();
    let prefix_of =
        |vocabulary: &str| options.category_prefix.clone().unwrap_or_else(|| vocabulary::prefix(vocabulary));
    let mut categories = Categories {
        tree: BTreeMap::new(),
        codes: HashMap::new(),
        links: links(tables, ledger),
        prefix: prefix_of(&vocabulary),
        vocabulary: vocabulary.clone(),
    };
    let mut owners: HashMap<String, RowId> = HashMap::new();
    for (key, term) in &terms {
        let (code, changed) = vocabulary::code(&prefix_of(&term.vocabulary), &term.published);
        if changed {
            ledger.repair(term.row.id, "code", &term.published, Rule::CategoryCode, &code);
        }
        if let Some(first) = owners.get(&code) {
            ledger.merge(term.row.id, Rule::RowDuplicate, *first);
        } else {
            ledger.becomes(Stage::Categories, &code);
            ledger.take(term.row.id);
            owners.insert(code.clone(), term.row.id);
            categories.insert(&code, term);
        }
        categories.codes.insert(key.clone(), code);
    }
    categories.add_other_names(tables, ledger);
    for (key, term) in &terms {
        if !ledger.is_out(term.row.id) {
            categories.add_parent(key, term, &prefix_of(&term.vocabulary), ledger);
        }
    }
    categories.break_cycles(&owners, ledger);
    categories
}

/// The terms in the order of their keys; those that come again are merged.
fn terms<'a>(tables: &'a Tables, ledger: &mut Ledger) -> Vec<(String, Term<'a>)> {
    let own_table = tables.has(Kind::TaxonomyTerm);
    let mut vocabularies: BTreeMap<&str, String> = BTreeMap::new();
    if own_table {
        for (_, row) in super::by_key(tables, Kind::Taxonomy, ledger) {
            ledger.take_for_all(row.id);
            vocabularies.insert(row.key("id"), row.text(ledger, "name", TextKind::Line));
        }
    }
    let kind = if own_table { Kind::TaxonomyTerm } else { Kind::Taxonomy };
    let mut terms: Vec<(String, Term<'a>)> = Vec::new();
    for (key, row) in super::by_key(tables, kind, ledger) {
        let published = row.first(&["code", "id"]).1.trim().to_owned();
        let mut name = super::title(&row, ledger, "name");
        if name.is_empty() {
            ledger.repair(row.id, "name", "", Rule::CategoryNoName, &published);
            name.clone_from(&published);
        }
        let named = row.first_text(ledger, &["vocabulary", "taxonomy"], TextKind::Line);
        let vocabulary = if named.is_empty() {
            vocabularies.get(row.key("taxonomy_id")).cloned().unwrap_or_default()
        } else {
            named
        };
        terms.push((key, Term { row, name, vocabulary, published }));
    }
    terms
}

/// Links by what they link; links to nothing are set aside.
fn links<'a>(tables: &'a Tables, ledger: &mut Ledger) -> HashMap<(&'static str, &'a str), Vec<Row<'a>>> {
    let mut links: HashMap<(&'static str, &'a str), Vec<Row<'a>>> = HashMap::new();
    for row in tables.rows(Kind::ServiceTaxonomy) {
        match row.key("service_id") {
            "" => ledger.set_aside(row.id, "service_id", "", Rule::RowNoKey),
            service => links.entry(("service_id", service)).or_default().push(row),
        }
    }
    for row in tables.rows(Kind::Attribute) {
        let entity = row.key("link_entity").to_ascii_lowercase();
        let column = match entity.as_str() {
            "service_at_location" | "service_at_locations" => "service_at_location_id",
            "service" | "services" | "" => "service_id",
            _ => continue,
        };
        let (_, link) = row.first(&["link_id", "service_id"]);
        match link.trim() {
            "" => ledger.set_aside(row.id, "link_id", "", Rule::RowNoKey),
            link => links.entry((column, link)).or_default().push(row),
        }
    }
    links
}

impl Categories<'_> {
    fn insert(&mut self, code: &str, term: &Term<'_>) {
        let category = Category {
            code: code.to_owned(),
            parent: None,
            name_zh: String::new(),
            name_en: term.name.clone(),
            synonyms: Vec::new(),
            vocabulary: term.vocabulary.clone(),
        };
        self.tree.insert(code.to_owned(), category);
    }

    /// Names that merged rows had for the same code become synonyms.
    fn add_other_names(&mut self, tables: &Tables, ledger: &mut Ledger) {
        let kind = if tables.has(Kind::TaxonomyTerm) { Kind::TaxonomyTerm } else { Kind::Taxonomy };
        for row in tables.rows(kind).filter(|row| ledger.is_out(row.id)).collect::<Vec<_>>() {
            let name = super::title(&row, ledger, "name");
            if let Some(category) = self.codes.get(row.key("id")).and_then(|code| self.tree.get_mut(code))
                && !name.is_empty()
                && name != category.name_en
                && !category.synonyms.contains(&name)
                && category.synonyms.len() < CATEGORY_SYNONYMS_MAX
            {
                category.synonyms.push(name);
            }
        }
    }

    /// The parent: the nearest ancestor that the code itself names and the taxonomy has, else the one that the row names.
    fn add_parent(&mut self, key: &str, term: &Term<'_>, prefix: &str, ledger: &mut Ledger) {
        let Some(code) = self.codes.get(key).cloned() else { return };
        let by_code = vocabulary::airs_ancestors(&term.published)
            .into_iter()
            .map(|ancestor| vocabulary::code(prefix, ancestor).0)
            .find(|ancestor| self.tree.contains_key(ancestor));
        let named = term.row.key("parent_id");
        let name = super::title(&term.row, ledger, "parent_name");
        let parent = by_code.or_else(|| self.codes.get(named).cloned()).or_else(|| {
            if named.is_empty() {
                return None;
            }
            if name.is_empty() {
                ledger.drop_value(term.row.id, "parent_id", named, Rule::CategoryParentUnknown);
                return None;
            }
            let (parent, _) = vocabulary::code(prefix, named);
            ledger.repair(term.row.id, "parent_id", named, Rule::CategoryParentUnknown, &name);
            let created = Category {
                code: parent.clone(),
                parent: None,
                name_zh: String::new(),
                name_en: name,
                synonyms: Vec::new(),
                vocabulary: term.vocabulary.clone(),
            };
            self.tree.entry(parent.clone()).or_insert(created);
            Some(parent)
        });
        if let Some(category) = self.tree.get_mut(&code) {
            category.parent = parent.filter(|parent| *parent != code);
        }
    }

    /// A category that is its own ancestor or lies too deep becomes a root.
    fn break_cycles(&mut self, owners: &HashMap<String, RowId>, ledger: &mut Ledger) {
        let codes: Vec<String> = self.tree.keys().cloned().collect();
        for code in codes {
            if self.depth(&code).is_none_or(|depth| depth > CATEGORY_DEPTH_MAX)
                && let Some(category) = self.tree.get_mut(&code)
            {
                let parent = category.parent.take().unwrap_or_default();
                if let Some(row) = owners.get(&code) {
                    ledger.repair(*row, "parent_id", &parent, Rule::CategoryCycle, "a root");
                }
            }
        }
    }

    /// How deep a category lies, 1 for a root; none in a cycle.
    fn depth(&self, code: &str) -> Option<usize> {
        let mut at = self.tree.get(code)?;
        for depth in 1..=self.tree.len() {
            let Some(parent) = at.parent.as_ref().and_then(|parent| self.tree.get(parent)) else { return Some(depth) };
            at = parent;
        }
        None
    }

    /// The categories of a resource: what it is before whom it is for, in the order of the file, at most 32. `service` hears when
    /// there are none.
    pub(super) fn of(&self, target: Target<'_>, service: RowId, ledger: &mut Ledger) -> Vec<String> {
        let levels = [("service_id", target.service), ("service_at_location_id", target.service_at_location)];
        let mut found: Vec<(bool, String)> = Vec::new();
        let mut seen: HashMap<&str, RowId> = HashMap::new();
        for row in levels.iter().filter_map(|level| self.links.get(level)).flatten() {
            let (column, term) = row.first(&["taxonomy_term_id", "taxonomy_id"]);
            let term = term.trim();
            match (self.codes.get(term), seen.get(term)) {
                (None, _) if term.is_empty() => ledger.set_aside(row.id, column, "", Rule::RowNoKey),
                (None, _) => ledger.set_aside(row.id, column, term, Rule::CategoryUnknown),
                (Some(_), Some(first)) => ledger.merge(row.id, Rule::RowDuplicate, *first),
                (Some(_), None) if found.len() == RESOURCE_CATEGORIES_MAX => {
                    ledger.set_aside(row.id, column, term, Rule::CategorySurplus);
                }
                (Some(code), None) => {
                    ledger.take(row.id);
                    seen.insert(term, row.id);
                    found.push((vocabulary::is_target_population(term), code.clone()));
                }
            }
        }
        found.sort_by_key(|(is_for_whom, _)| *is_for_whom);
        let mut codes: Vec<String> = Vec::with_capacity(found.len());
        for (_, code) in found {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        if codes.is_empty() {
            let code = self.unclassified();
            ledger.repair(service, "categories", "", Rule::ServiceNoCategory, &code);
            codes.push(code);
        }
        codes
    }

    /// Sets aside links of services that are not there.
    pub(super) fn close(&self, ledger: &mut Ledger) {
        for ((column, key), rows) in &self.links {
            for row in rows {
                if !ledger.is_taken(row.id) && !ledger.is_out(row.id) {
                    ledger.set_aside(row.id, column, key, Rule::ServiceUnknown);
                }
            }
        }
    }

    fn unclassified(&self) -> String {
        vocabulary::code(&self.prefix, UNCLASSIFIED).0
    }

    /// The categories, parents before their children; the one for services without a category only where it is used.
    pub(super) fn into_list(mut self, resources: &[Resource]) -> Vec<Category> {
        let unclassified = self.unclassified();
        if resources.iter().any(|resource| resource.categories.contains(&unclassified)) {
            self.tree.entry(unclassified.clone()).or_insert(Category {
                code: unclassified,
                parent: None,
                name_zh: "未分类".to_owned(),
                name_en: "Unclassified: the directory gives no category".to_owned(),
                synonyms: Vec::new(),
                vocabulary: self.vocabulary.clone(),
            });
        }
        let mut order: BTreeSet<(usize, String)> = BTreeSet::new();
        for code in self.tree.keys() {
            order.insert((self.depth(code).unwrap_or(1), code.clone()));
        }
        order.into_iter().filter_map(|(_, code)| self.tree.remove(&code)).collect()
    }
}
