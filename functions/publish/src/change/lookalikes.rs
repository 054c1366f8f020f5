//! Names that people could take for each other.

use registry::identity::Namespace;
use registry::model::ServerName;

/// What to say of a new name that looks like `other`, which was here before. Within a namespace it is its owners' affair.
pub(super) fn warnings(name: &ServerName, other: Option<&str>) -> Vec<String> {
    let other = other.and_then(|other| other.parse::<ServerName>().ok());
    let other = other.filter(|other| Namespace::of(other).key() != Namespace::of(name).key());
    other.iter().map(|other| warning(name, other)).collect()
}

fn warning(name: &ServerName, other: &ServerName) -> String {
    format!(
        "{name} looks like {other}, which is published here already; if people could take it for that server, delete \
         this version and publish under another name"
    )
}
