//! The server's certificate and key: both or neither, and both checked before anything starts; and who vouches for callers.

use std::path::Path;

use wishwell_matching::{ClientCertificates, ServerTls, TlsError};

use super::reader::Reader;
use super::values;
use crate::exit::Problem;

/// Largest file with certificates or a key, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Reads both files; none when neither is given, or something is wrong with them.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<ServerTls> {
    let (certificate, key) = (reader.is_given("tls_cert"), reader.is_given("tls_key"));
    let files = reader.read("tls_cert", values::path).zip(reader.read("tls_key", values::path));
    if certificate != key {
        let (given, missing) = if certificate { ("tls_cert", "tls_key") } else { ("tls_key", "tls_cert") };
        reader.problem(
            &format!("{given} is given without {missing}: TLS needs both"),
            &format!(
                "name the other file too (--{}), or leave both out to serve without TLS",
                missing.replace('_', "-")
            ),
        );
    }
    let authorities_file = reader.read("tls_client_ca", values::path);
    let required = reader.read("tls_client_required", values::switch).unwrap_or(false);
    if reader.is_given("tls_client_ca") && !(certificate && key) {
        reader.problem(
            "tls_client_ca is given without tls_cert and tls_key: certificates are shown over TLS alone",
            "name the server's own certificate and key too",
        );
    }
    if required && !reader.is_given("tls_client_ca") {
        reader.problem(
            "tls_client_required is given without tls_client_ca: nobody vouches for a certificate",
            "name the authorities' certificates with --tls-client-ca",
        );
    }
    let (certificate_file, key_file) = files?;
    let authorities = match &authorities_file {
        Some(file) => Some(contents(reader, "tls_client_ca", file)?),
        None => None,
    };
    let callers = authorities.as_ref().map(|authorities| ClientCertificates { authorities, required });
    let certificates = contents(reader, "tls_cert", &certificate_file);
    let (certificates, key) = certificates.zip(contents(reader, "tls_key", &key_file))?;
    match ServerTls::from_pem(&certificates, &key, callers) {
        Ok(tls) => Some(tls),
        Err(error) => {
            let (setting, file) = match &error {
                TlsError::Certificate(_) => ("tls_cert", &certificate_file),
                TlsError::Key(_) | TlsError::Pair => ("tls_key", &key_file),
                TlsError::Authorities(_) => ("tls_client_ca", authorities_file.as_ref().unwrap_or(&certificate_file)),
            };
            reader.problem(
                &format!("{setting} {}: {error}", file.display()),
                "tls_cert holds the server's certificate first, tls_key its private key, tls_client_ca authorities, all in PEM form",
            );
            None
        }
    }
}

/// What a PEM file holds.
pub(super) fn contents(reader: &mut Reader<'_>, setting: &str, path: &Path) -> Option<Vec<u8>> {
    let shown = path.display();
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > FILE_BYTES_MAX) {
        let what = format!("{setting} {shown} is too large for a PEM file");
        reader.problems.push(Problem::new(what, "name the right file"));
        return None;
    }
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let what = format!("{setting} {shown} cannot be read: {error}");
            reader.problems.push(Problem::new(what, "name a file that is there and may be read"));
            None
        }
    }
}
