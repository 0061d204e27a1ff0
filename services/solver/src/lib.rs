//! Finds optimal allocations and the certificates that prove them. Pure and deterministic: the same problem gives the same bytes,
//! however many threads work on it.
