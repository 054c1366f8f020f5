//! Names that people could take for each other.

use registry::error::ApiError;
use registry::identity::Namespace;
use registry::model::ServerName;

use crate::State;

impl State {
    /// What to say of a new name that looks like those of other namespaces.
    pub(super) async fn warnings(&self, name: &ServerName, is_new: bool) -> Result<Vec<String>, ApiError> {
        if !is_new {
            return Ok(Vec::new());
        }
        let namespace = Namespace::of(name).key();
        let is_elsewhere =
            |other: &String| other.parse().is_ok_and(|other: ServerName| Namespace::of(&other).key() != namespace);
        let others = self.table.lookalikes(name).await.map_err(ApiError::unavailable)?;
        Ok(others.into_iter().filter(is_elsewhere).map(|other| warning(name, &other)).collect())
    }
}

fn warning(name: &ServerName, other: &str) -> String {
    format!(
        "{name} looks like {other}, which is published here already; if people could take it for that server, delete \
         this version and publish under another name"
    )
}
