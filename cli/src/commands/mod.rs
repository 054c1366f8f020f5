//! One file a command.

mod get;
mod list;
mod serve;
mod sync;

pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use serve::serve;
pub(crate) use sync::sync;

use std::path::PathBuf;

use ::sync::source::ReadContext;
use anyhow::Context;
use berth_local::Stores;
use registry::aws::Aws;

use crate::arguments::DataArguments;

/// The stores that the environment names, else the embedded ones in the data directory.
async fn open_stores(data: DataArguments) -> anyhow::Result<Stores> {
    if data.data.is_none() && Stores::are_in_environment() {
        return Ok(Stores::from_env().await?);
    }
    let directory = match data.data {
        Some(directory) => directory,
        None => default_directory()?,
    };
    Ok(Stores::embedded(&directory).await?)
}

/// What reading sources needs. An object in S3 is a source for embedded stores too, where the environment says how to
/// reach it.
fn read_context(stores: &Stores) -> anyhow::Result<ReadContext> {
    let mut context = ReadContext::new()?;
    context.s3 = stores.s3().or_else(|| Some(Aws::from_env().ok()?.s3()));
    Ok(context)
}

fn default_directory() -> anyhow::Result<PathBuf> {
    use etcetera::BaseStrategy;
    let base =
        etcetera::choose_base_strategy().context("cannot find the user's data directory; give one with --data")?;
    Ok(base.data_dir().join("berth"))
}
