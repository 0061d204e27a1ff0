//! Short-lived shared state: change hints, in process or over Redis. Losing it costs time, never truth.
