//! Generated prost and tonic code of wishwell.v1, and its descriptor set.
