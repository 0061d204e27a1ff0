//! The matching service: use cases, gRPC handlers, the tower stack.
