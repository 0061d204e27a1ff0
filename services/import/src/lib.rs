//! Directories in: HSDS and friends, cleaned and reported. A client of the API.
