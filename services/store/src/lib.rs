//! Remembers: the Store contract, its conformance suite, SQLite and PostgreSQL behind it.
