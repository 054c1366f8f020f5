//! What the kernel knows of a function that runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Outcome;

/// How long a process that was killed may stay.
const GONE_MILLIS: u32 = 2000;

/// A process, as its directory below `/proc`.
#[derive(Debug)]
pub(crate) struct Process(PathBuf);

impl Process {
    /// The child of this process that runs `binary`, once those that were killed before it are gone.
    pub(crate) async fn of(binary: &Path) -> Outcome<Self> {
        let binary = binary.canonicalize()?;
        for _ in 0..GONE_MILLIS {
            let mut running = children(&binary)?;
            if running.len() < 2 {
                return running.pop().map(Self).ok_or_else(|| format!("{} does not run", binary.display()).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(format!("{} does not end when it is killed", binary.display()).into())
    }

    pub(crate) fn id(&self) -> String {
        self.0.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Most memory that it ever had.
    pub(crate) fn peak_bytes(&self) -> Outcome<u64> {
        let status = status(&self.0)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }

    /// Time on a processor. The functions have one thread.
    pub(crate) fn processor_time(&self) -> Outcome<Duration> {
        let text = std::fs::read_to_string(self.0.join("schedstat"))?;
        Ok(Duration::from_nanos(text.split(' ').next().unwrap_or_default().parse()?))
    }
}

fn children(binary: &Path) -> std::io::Result<Vec<PathBuf>> {
    let parent = format!("PPid:\t{}", std::process::id());
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        // Processes come and go, and not all are ours to look at.
        if std::fs::read_link(path.join("exe")).is_ok_and(|exe| exe == binary)
            && status(&path).is_ok_and(|status| status.lines().any(|line| line == parent))
        {
            found.push(path);
        }
    }
    Ok(found)
}

fn status(path: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(path.join("status"))
}
