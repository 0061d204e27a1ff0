//! What a store promises, case by case, for every backend. A case takes a fresh database and panics when a promise is
//! broken; no backend leaves out any.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cases;
mod fixture;
mod samples;

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
        }
    };
}

conformance_of!(sqlite);
conformance_of!(postgres);
