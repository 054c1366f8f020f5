//! What is waited for, on stderr: one line that changes where it is a terminal, and a line now and then where it is none.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{printable, talk};

/// Between two lines that go to no terminal.
const NOW_AND_THEN: Duration = Duration::from_secs(60);

/// Somebody waits. The line goes when this is dropped.
pub(crate) struct Waiting {
    bar: Option<ProgressBar>,
    said: Option<Instant>,
}

impl Waiting {
    pub(crate) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, said: None }
    }

    /// Says how it stands.
    pub(crate) fn say(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(printable(text)),
            None if self.said.is_none_or(|said| said.elapsed() >= NOW_AND_THEN) => {
                talk(text);
                self.said = Some(Instant::now());
            }
            None => {}
        }
    }

    /// Takes the line away.
    pub(crate) fn finish(self) {
        drop(self);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
