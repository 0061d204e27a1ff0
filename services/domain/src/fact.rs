//! Facts about a beneficiary that eligibility rules ask for. A fact that is not given is unknown, never false.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number; its unit is in the fact's name.
    Int(i64),
    /// A code or short text.
    Text(String),
    /// Several codes.
    Texts(Vec<String>),
}

/// What type a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactType {
    /// [`FactValue::Bool`].
    Bool,
    /// [`FactValue::Int`].
    Int,
    /// [`FactValue::Text`].
    Text,
    /// [`FactValue::Texts`].
    Texts,
}

/// One entry of the fact catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactDefinition {
    /// Name in expressions, for example `age_years`.
    pub key: &'static str,
    /// Its type.
    pub fact_type: FactType,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// What proves it, Chinese and English.
    pub proof: (&'static str, &'static str),
}

/// Known facts by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub BTreeMap<String, FactValue>);
