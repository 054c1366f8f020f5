//! Packages, and how a client talks to them.

use registry::model::{Argument, Package, Transport};

use super::{argument, template, version};
use crate::issue::{Findings, Place};

pub(super) fn check(place: Place<'_>, package: &Package, findings: &mut Findings) {
    if package.identifier.contains(' ') {
        let message = "package name cannot contain spaces";
        findings.refuse(place.field("identifier"), "package-name-has-spaces", message);
    }
    if let Some(text) = &package.version {
        version::check(place.field("version"), text, findings);
    }
    check_arguments(&place.field("runtimeArguments"), &package.runtime_arguments, findings);
    check_arguments(&place.field("packageArguments"), &package.package_arguments, findings);
    check_transport(&place.field("transport"), package, findings);
}

fn check_arguments(place: &Place<'_>, arguments: &[Argument], findings: &mut Findings) {
    for (index, argument) in arguments.iter().enumerate() {
        argument::check(&place.index(index), argument, findings);
    }
}

fn check_transport(place: &Place<'_>, package: &Package, findings: &mut Findings) {
    let Transport { kind, url, .. } = &package.transport;
    match (kind.as_str(), url) {
        ("stdio", Some(url)) => {
            let message = format!("url must be empty for stdio transport type, got: {url}");
            findings.refuse(place.field("url"), "stdio-transport-url-not-empty", message);
        }
        ("stdio", None) => {}
        ("streamable-http" | "sse", None) => {
            let message = format!("url is required for {kind} transport type");
            findings.refuse(place.field("url"), "streamable-transport-url-required", message);
        }
        ("streamable-http" | "sse", Some(url)) => {
            if let Some(wrong) = template::wrong_with(url, || variables(package)) {
                let message = format!("invalid package transport URL: {wrong}");
                findings.refuse(place.field("url"), "invalid-templated-url", message);
            }
        }
        _ => {
            let message = format!("unsupported transport type: {kind}");
            findings.refuse(place.field("type"), "unsupported-transport-type", message);
        }
    }
}

/// What a URL of the package may refer to.
fn variables(package: &Package) -> Vec<&str> {
    let environment = package.environment_variables.iter().map(|variable| variable.name.as_str());
    let arguments = package.runtime_arguments.iter().chain(&package.package_arguments);
    let arguments = arguments.flat_map(|argument| [argument.name.as_deref(), argument.value_hint.as_deref()]).flatten();
    environment.chain(arguments).collect()
}
