//! Links for people: the home page and icons.

use registry::model::Icon;

use crate::issue::{Findings, Place};
use crate::quote::single;
use crate::uri;

pub(super) fn check_website(url: &str, findings: &mut Findings) {
    let place = Place::top("websiteUrl");
    let parsed = match uri::parse(url) {
        Ok(parsed) => parsed,
        Err(error) => {
            return findings.refuse(place, "invalid-website-url", format!("invalid websiteUrl: {error}"));
        }
    };
    if !parsed.is_absolute() {
        let message = format!("websiteUrl must be absolute (include scheme): {url}");
        findings.refuse(place, "website-url-must-be-absolute", message);
    }
    if !parsed.has_scheme("https") {
        let message = format!("websiteUrl must use https scheme: {url}");
        findings.refuse(place, "website-url-invalid-scheme", message);
    }
    // These characters would let the link out of an HTML attribute.
    let breaking =
        url.char_indices().find(|(_, char)| matches!(char, '"' | '\'' | '<' | '>' | ' ' | '\t' | '\r' | '\n'));
    if let Some((position, char)) = breaking {
        let shown = char.to_string();
        let message =
            format!("websiteUrl contains an invalid character {} at position {position}: {url}", single(&shown));
        findings.refuse(place, "website-url-invalid-characters", message);
    }
}

pub(super) fn check_icon(place: Place<'_>, icon: &Icon, findings: &mut Findings) {
    let (place, src) = (place.field("src"), &icon.src);
    let parsed = match uri::parse(src) {
        Ok(parsed) => parsed,
        Err(error) => {
            return findings.refuse(place, "icon-src-invalid-url", format!("invalid icon src URL: {error}"));
        }
    };
    if !parsed.is_absolute() {
        let message = format!("icon src must be an absolute URL (include scheme): {src}");
        findings.refuse(place, "icon-src-not-absolute", message);
    }
    if !parsed.has_scheme("https") {
        let scheme = parsed.scheme.to_ascii_lowercase();
        let message = format!("icon src must use https scheme (got {scheme}): {src}");
        findings.refuse(place, "icon-src-invalid-scheme", message);
    }
}
