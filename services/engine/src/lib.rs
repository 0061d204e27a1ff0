//! Decides which resources can serve a need, and says why. Pure and deterministic.
