//! Versions of servers and packages: any text but `latest` and what looks like a range.

use registry::model::{InvalidServerVersion, ServerVersion};

use crate::issue::{Findings, Place};
use crate::quote::double;

pub(super) fn check(place: Place<'_>, version: &str, findings: &mut Findings) {
    match version.parse::<ServerVersion>() {
        Err(InvalidServerVersion::Reserved) => {
            let message = "version string 'latest' is reserved and cannot be used";
            findings.refuse(place, "reserved-version-string", message);
        }
        Err(InvalidServerVersion::Range(_)) => {
            let message = format!("version must be a specific version, not a range: {}", double(version));
            findings.refuse(place, "version-looks-like-range", message);
        }
        // Lengths are a matter of structure.
        Err(InvalidServerVersion::Length(_)) | Ok(_) => {}
    }
}
