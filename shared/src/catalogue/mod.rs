//! What reads answer from: the snapshot in memory, overlaid with the changes since its serial.

mod overlay;
mod refresh;
mod search;
mod view;

pub use refresh::{Catalogue, CatalogueError};
pub use search::{SearchHit, SearchPage};
pub use view::{EntryRef, ServerRef, View, Wanted};
