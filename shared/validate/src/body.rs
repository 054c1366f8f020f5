//! The bodies beside `server.json`.

use registry::limits::STATUS_MESSAGE_CHARS;

use crate::shape::{Field, Kind, Shape, Text};

/// Body of a status change: `status` and, if wanted, `statusMessage`.
pub static STATUS: Shape = Shape {
    parts: &[&[
        Field::required("status", Kind::Text(Text { one_of: &["active", "deprecated", "deleted"], ..Text::ANY })),
        Field::optional("statusMessage", Kind::Text(Text { max: STATUS_MESSAGE_CHARS, ..Text::ANY })),
    ]],
};

/// Body of a login by DNS or HTTP: `domain`, `timestamp` and `signed_timestamp`.
pub static SIGNATURE: Shape = Shape {
    parts: &[&[
        Field::required("domain", TEXT),
        Field::required("timestamp", TEXT),
        Field::required("signed_timestamp", TEXT),
    ]],
};

const TEXT: Kind = Kind::Text(Text::ANY);
