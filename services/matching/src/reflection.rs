//! What is served and what its messages are made of, told as the protocol of server reflection says, under both of its names.
//!
//! Answered here and not by tonic-reflection: that ends the stream of a caller that asks for a symbol nobody knows, where the protocol
//! answers this one question with an error and goes on.

use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use tonic::{Code, Request, Response, Status, Streaming};

use wishwell_api::DescriptorPool;
use wishwell_domain::Error;

use crate::grpc::status::explain_transport_status;

/// Everything that is served, with the files that describe it.
#[derive(Debug, Clone)]
pub(crate) struct Reflection(DescriptorPool);

impl Reflection {
    /// Describes the contract, health and reflection itself.
    ///
    /// # Errors
    /// [`Error::Internal`] when their descriptors cannot be read.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut pool = wishwell_api::descriptor_pool().clone();
        for set in [
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ] {
            let failed = |error| Error::Internal(format!("reflection: {error}"));
            pool.decode_file_descriptor_set(set).map_err(failed)?;
        }
        Ok(Self(pool))
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        Some(self.0.get_file_by_name(name)?.encode_to_vec())
    }

    /// The file that declares a symbol: a type, a service, an extension, or what one of them has by name.
    fn file_of(&self, symbol: &str) -> Option<Vec<u8>> {
        self.file_of_whole(symbol).or_else(|| {
            let (whole, part) = symbol.rsplit_once('.')?;
            let service = self.0.get_service_by_name(whole);
            let is_method = service.is_some_and(|service| service.methods().any(|method| method.name() == part));
            let message = self.0.get_message_by_name(whole);
            let is_part = message.is_some_and(|message| {
                message.get_field_by_name(part).is_some() || message.oneofs().any(|oneof| oneof.name() == part)
            });
            if is_method || is_part { self.file_of_whole(whole) } else { self.file_of_value(whole, part) }
        })
    }

    /// The file that declares a value of an enumeration, which is named beside it; many name it within.
    fn file_of_value(&self, whole: &str, value: &str) -> Option<Vec<u8>> {
        let beside = |name: &str| name.rsplit_once('.').is_some_and(|(scope, _)| scope == whole);
        let mut listed = self.0.all_enums();
        let found = listed.find(|listed| {
            (listed.full_name() == whole || beside(listed.full_name())) && listed.get_value_by_name(value).is_some()
        })?;
        Some(found.parent_file().encode_to_vec())
    }

    fn file_of_whole(&self, symbol: &str) -> Option<Vec<u8>> {
        let pool = &self.0;
        let file = pool
            .get_message_by_name(symbol)
            .map(|found| found.parent_file())
            .or_else(|| pool.get_service_by_name(symbol).map(|found| found.parent_file()))
            .or_else(|| pool.get_enum_by_name(symbol).map(|found| found.parent_file()))
            .or_else(|| pool.get_extension_by_name(symbol).map(|found| found.parent_file()))?;
        Some(file.encode_to_vec())
    }

    /// The file that extends a message by a field of this number.
    fn file_of_extension(&self, message: &str, number: i32) -> Option<Vec<u8>> {
        let number = u32::try_from(number).ok()?;
        let extension = self.0.get_message_by_name(message)?.extensions().find(|found| found.number() == number)?;
        Some(extension.parent_file().encode_to_vec())
    }

    /// Numbers of the fields that a message is extended by.
    fn extensions_of(&self, message: &str) -> Option<Vec<i32>> {
        let numbers = self.0.get_message_by_name(message)?;
        Some(numbers.extensions().filter_map(|found| i32::try_from(found.number()).ok()).collect())
    }

    fn services(&self) -> Vec<String> {
        self.0.services().map(|service| service.full_name().to_owned()).collect()
    }
}

/// The protocol in one of its versions, which differ in their name alone.
macro_rules! answered {
    ($version:ident) => {
        mod $version {
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version::server_reflection_server::ServerReflection;
            use tonic_reflection::pb::$version::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
                ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
            };

            use super::*;

            #[tonic::async_trait]
            impl ServerReflection for Reflection {
                type ServerReflectionInfoStream =
                    Pin<Box<dyn Stream<Item = Result<ServerReflectionResponse, Status>> + Send>>;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<ServerReflectionRequest>>,
                ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                    let reflection = self.clone();
                    let answers = request
                        .into_inner()
                        .map(move |asked| Ok(answer(&reflection, asked.map_err(explain_transport_status)?)));
                    Ok(Response::new(Box::pin(answers)))
                }
            }

            fn answer(reflection: &Reflection, asked: ServerReflectionRequest) -> ServerReflectionResponse {
                let found = asked.message_request.as_ref().map(|question| found(reflection, question));
                let message_response = match found {
                    Some(Some(found)) => found,
                    Some(None) => refusal(Code::NotFound, "nothing that is served has this name or number"),
                    None => refusal(Code::InvalidArgument, "message_request is required"),
                };
                ServerReflectionResponse {
                    valid_host: asked.host.clone(),
                    original_request: Some(asked),
                    message_response: Some(message_response),
                }
            }

            fn found(reflection: &Reflection, question: &MessageRequest) -> Option<MessageResponse> {
                let file = match question {
                    MessageRequest::FileByFilename(name) => reflection.file(name)?,
                    MessageRequest::FileContainingSymbol(symbol) => reflection.file_of(symbol)?,
                    MessageRequest::FileContainingExtension(extension) => {
                        reflection.file_of_extension(&extension.containing_type, extension.extension_number)?
                    }
                    MessageRequest::AllExtensionNumbersOfType(message) => {
                        let extension_number = reflection.extensions_of(message)?;
                        let base_type_name = message.clone();
                        let numbers = ExtensionNumberResponse { base_type_name, extension_number };
                        return Some(MessageResponse::AllExtensionNumbersResponse(numbers));
                    }
                    MessageRequest::ListServices(_) => {
                        let service = reflection.services().into_iter().map(|name| ServiceResponse { name }).collect();
                        return Some(MessageResponse::ListServicesResponse(ListServiceResponse { service }));
                    }
                };
                Some(MessageResponse::FileDescriptorResponse(FileDescriptorResponse {
                    file_descriptor_proto: vec![file],
                }))
            }

            fn refusal(code: Code, message: &str) -> MessageResponse {
                let error_message = message.to_owned();
                MessageResponse::ErrorResponse(ErrorResponse { error_code: code as i32, error_message })
            }
        }
    };
}

answered!(v1);
answered!(v1alpha);
