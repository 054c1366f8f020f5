//! Progress bars for imports and mirrors, on stderr, only where it is a terminal.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sync::source::Progress as Reading;
use sync::{OnProgress, Progress};

/// The bar of the import that runs.
#[derive(Clone)]
pub(crate) struct Bars {
    bar: ProgressBar,
}

impl Bars {
    pub(crate) fn new(is_quiet: bool) -> Self {
        // indicatif itself draws nothing where stderr is no terminal.
        let target = if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self { bar: ProgressBar::with_draw_target(None, target) }
    }

    /// Hears of progress.
    pub(crate) fn listener(&self) -> OnProgress {
        let bar = self.bar.clone();
        Arc::new(move |source: &str, progress| show(&bar, source, &progress))
    }

    /// Hears how far a mirror is.
    pub(crate) fn mirror_listener(&self) -> Arc<dyn Fn(berth_mirror::Progress) + Send + Sync> {
        let bar = self.bar.clone();
        Arc::new(move |progress| show_mirror(&bar, &progress))
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
        self.bar.reset();
    }
}

fn show(bar: &ProgressBar, source: &str, progress: &Progress) {
    let (template, length, position, message) = match progress {
        Progress::Reading(Reading::Bytes { read, total }) => {
            ("{spinner} {msg} {bytes} of {total_bytes}", *total, *read, format!("{source}: reading"))
        }
        Progress::Reading(Reading::Entries { read, pages }) => {
            ("{spinner} {msg}", None, *read as u64, format!("{source}: {read} entries read from {pages} pages"))
        }
        Progress::Importing { done, total } => (
            "{spinner} {msg} [{bar:30}] {pos}/{len} {eta}",
            Some(*total as u64),
            *done as u64,
            format!("{source}: importing"),
        ),
        Progress::Publishing => ("{spinner} {msg}", None, 0, "publishing the snapshot".to_owned()),
    };
    draw(bar, template, length, position, message);
}

fn show_mirror(bar: &ProgressBar, progress: &berth_mirror::Progress) {
    use berth_mirror::Progress;
    match progress {
        Progress::File { key, bytes, total } => {
            let name = key.rsplit('/').next().unwrap_or_default();
            draw(bar, "{spinner} {msg} {bytes} of {total_bytes} {eta}", Some(*total), *bytes, name.to_owned());
        }
        Progress::Changes { serial, total } => {
            draw(bar, "{spinner} {msg} {pos} of {len}", Some(*total), *serial, "changes".to_owned());
        }
        Progress::List => draw(bar, "{spinner} {msg}", None, 0, "writing the list".to_owned()),
    }
}

fn draw(bar: &ProgressBar, template: &str, length: Option<u64>, position: u64, message: String) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    match length {
        Some(length) => bar.set_length(length),
        None => bar.unset_length(),
    }
    bar.set_position(position);
    bar.set_message(message);
}
