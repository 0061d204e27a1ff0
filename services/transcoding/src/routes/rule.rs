//! Reading `google.api.http` from a method's options.

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};

/// One binding of a method, as the contract spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// HTTP method in capitals.
    pub(crate) method: String,
    /// Path template.
    pub(crate) template: String,
    /// Which field is the body: `*` for the whole request, empty for none.
    pub(crate) body: String,
    /// Which field of the answer is the response's body; empty for the whole answer.
    pub(crate) response_body: String,
}

/// All bindings of a method: the first one, then the additional ones.
///
/// # Errors
/// When a rule has no path or further bindings inside an additional one.
pub(crate) fn of(pool: &DescriptorPool, method: &MethodDescriptor) -> Result<Vec<Rule>, String> {
    let Some(extension) = pool.get_extension_by_name("google.api.http") else { return Ok(Vec::new()) };
    let options = method.options();
    if !options.has_extension(&extension) {
        return Ok(Vec::new());
    }
    let value = options.get_extension(&extension);
    let first = value.as_message().ok_or("google.api.http is no message")?;
    let mut rules = vec![read(first)?];
    let additional = first.get_field_by_name("additional_bindings");
    for binding in additional.as_ref().and_then(|bindings| bindings.as_list()).into_iter().flatten() {
        let binding = binding.as_message().ok_or("an additional binding is no message")?;
        if binding.has_field_by_name("additional_bindings") {
            return Err("an additional binding has additional bindings".to_owned());
        }
        rules.push(read(binding)?);
    }
    Ok(rules)
}

fn read(rule: &DynamicMessage) -> Result<Rule, String> {
    let text = |name: &str| {
        rule.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let pattern = ["get", "put", "post", "delete", "patch"]
        .into_iter()
        .find(|verb| rule.has_field_by_name(verb))
        .map(|verb| (verb.to_ascii_uppercase(), text(verb)));
    let custom = || {
        let value = rule.has_field_by_name("custom").then(|| rule.get_field_by_name("custom"))??;
        let custom = value.as_message()?;
        let part = |name| custom.get_field_by_name(name).as_deref().and_then(Value::as_str).map(str::to_owned);
        Some((part("kind")?, part("path")?))
    };
    let (method, template) = pattern.or_else(custom).ok_or("a binding has no path")?;
    Ok(Rule { method, template, body: text("body"), response_body: text("response_body") })
}
