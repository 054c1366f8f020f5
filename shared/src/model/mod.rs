//! The official data model: names, versions, `server.json` and the answers that carry it.

mod argument;
mod name;
mod official;
mod package;
mod precedence;
mod range;
mod server_json;
mod skeleton;
mod status;
mod text;
mod version;

pub use argument::{Argument, Input, KeyValueInput};
pub use name::{InvalidServerName, ServerName};
pub use official::{
    LATEST_ALIAS, ListMetadata, OFFICIAL_META, PUBLISHER_META, RegistryExtensions, ResponseMeta, ServerList,
    ServerResponse, VersionState,
};
pub use package::{Package, Transport};
pub use precedence::{Candidate, is_higher, latest_of};
pub use server_json::{Extra, Icon, Repository, ServerJson};
pub use skeleton::skeleton;
pub use status::{InvalidStatus, Status};
pub use version::{InvalidServerVersion, ServerVersion};
