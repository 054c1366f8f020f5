//! What reads answer from: the snapshot in memory, overlaid with the changes since its serial.

mod history;
mod overlay;
mod refresh;
mod search;
mod view;

pub use history::{History, HistoryFuture};
pub use refresh::{Catalogue, CatalogueError};
pub use search::{SearchHit, SearchPage};
pub use view::{EntryRef, ServerRef, View, Wanted};
