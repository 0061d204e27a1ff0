//! Framing the messages of a stream: one JSON text a line (NDJSON), or server-sent events.

use crate::answer::Answers;
use crate::status::Status;

/// Content type of lines.
pub const NDJSON: &str = "application/x-ndjson";
/// Content type of server-sent events.
pub const EVENT_STREAM: &str = "text/event-stream";
/// A comment that keeps a connection open, when nothing happens.
pub const KEEP_ALIVE_EVENT: &[u8] = b":\n\n";

/// Writes one message, given as JSON on one line, as a line.
pub fn line(json: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(json);
    out.push(b'\n');
}

/// Writes the error that a stream ends with as its last line: `{"error":{"code":...}}`.
pub fn error_line(status: &Status, answers: &Answers, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"error\":");
    status.write_json(answers, out);
    out.extend_from_slice(b"}\n");
}

/// Writes one message, given as JSON, as an event. Line breaks in id and name are left out: they would end the field.
pub fn event(id: Option<&str>, name: Option<&str>, json: &[u8], out: &mut Vec<u8>) {
    for (field, value) in [("id: ", id), ("event: ", name)] {
        if let Some(value) = value {
            out.extend_from_slice(field.as_bytes());
            // A NUL would make the browser ignore an id.
            out.extend(value.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r' | 0)));
            out.push(b'\n');
        }
    }
    for line in json.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty()) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.push(b'\n');
}

/// Writes the error that a stream ends with as its last event, named `error`, with the status as its data.
pub fn error_event(status: &Status, answers: &Answers, out: &mut Vec<u8>) {
    event(None, Some("error"), &status.to_json(answers), out);
}
