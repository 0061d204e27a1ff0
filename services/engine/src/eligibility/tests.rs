//! Tests of the eligibility language.
