//! The registry's own rules. They run on every publish, so that they compile nothing and allocate only for what they
//! find.

mod argument;
mod dated;
mod link;
mod name;
mod package;
mod remote;
mod repository;
mod template;
mod version;

pub(crate) use dated::schema_date;

use registry::model::ServerJson;

use crate::issue::{Findings, Issue, Place};

/// All that the registry's rules say of a document; one issue that [`Issue::is_error`] keeps it from being published.
#[must_use]
pub fn semantic(document: &ServerJson) -> Vec<Issue> {
    findings(document).into_issues()
}

pub(crate) fn findings(document: &ServerJson) -> Findings {
    let mut findings = Findings::default();
    dated::check(document.schema.as_deref(), &mut findings);
    name::check(&document.name, &mut findings);
    version::check(Place::top("version"), &document.version, &mut findings);
    if let Some(repository) = &document.repository {
        repository::check(repository, &mut findings);
    }
    if let Some(url) = &document.website_url {
        link::check_website(url, &mut findings);
    }
    if document.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
        findings.refuse(Place::top("title"), "title-whitespace-only", "title cannot be only whitespace");
    }
    each("icons", &document.icons, &mut findings, link::check_icon);
    each("packages", &document.packages, &mut findings, package::check);
    each("remotes", &document.remotes, &mut findings, remote::check);
    findings
}

fn each<T>(
    field: &'static str,
    elements: &[T],
    findings: &mut Findings,
    check: fn(Place<'_>, &T, findings: &mut Findings),
) {
    for (index, element) in elements.iter().enumerate() {
        if findings.is_full() {
            return;
        }
        check(Place::top(field).index(index), element, findings);
    }
}
