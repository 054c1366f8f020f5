//! What reads answer from: the snapshot in memory, overlaid with the changes since its serial.

mod history;
mod overlay;
mod refresh;
mod view;

pub use history::{History, HistoryFuture};
pub use refresh::{Catalogue, CatalogueError};
pub use view::{EntryRef, ServerRef, View, Wanted};
