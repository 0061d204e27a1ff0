//! HTTP requests into calls of the contract, and answers back into JSON, by what the descriptor set says: `google.api.http` routes,
//! canonical protobuf JSON, `google.rpc.Status`. No input and output, no hand-written route.
