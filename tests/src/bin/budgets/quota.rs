//! A share of a processor, as Lambda gives it to a small function: the kernel's CFS bandwidth control, by a control group.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::Process;

/// Where control groups are: version 2, and version 1, whose processor controller may be at either place.
const V2: &str = "/sys/fs/cgroup";
const V1: [&str; 2] = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"];

/// How long a process that was killed may keep a group.
const GONE_MILLIS: u32 = 500;

/// A group whose processes get a share. It goes when dropped.
#[derive(Debug)]
pub(crate) struct Quota {
    parent: PathBuf,
    group: PathBuf,
    period: Duration,
}

impl Quota {
    /// A group whose processes may run for `permille` thousandths of each `period`, and wait for the next one then.
    ///
    /// # Errors
    /// Where this process may not make groups, or the kernel has no such control.
    pub(crate) fn new(permille: u32, period: Duration) -> io::Result<Self> {
        let micros = period.as_micros();
        let quota = micros * u128::from(permille) / 1000;
        let name = format!("berth-budgets-{}", std::process::id());
        if fs::read_to_string(Path::new(V2).join("cgroup.subtree_control")).is_ok_and(|have| have.contains("cpu")) {
            let this = Self::under(Path::new(V2), &name, period)?;
            fs::write(this.group.join("cpu.max"), format!("{quota} {micros}"))?;
            return Ok(this);
        }
        let parent = V1.into_iter().map(Path::new).find(|path| path.join("cpu.cfs_quota_us").exists());
        let parent = parent.ok_or_else(|| io::Error::other("no control group has the controller of processors"))?;
        let this = Self::under(parent, &name, period)?;
        fs::write(this.group.join("cpu.cfs_period_us"), micros.to_string())?;
        fs::write(this.group.join("cpu.cfs_quota_us"), quota.to_string())?;
        Ok(this)
    }

    fn under(parent: &Path, name: &str, period: Duration) -> io::Result<Self> {
        let group = parent.join(name);
        fs::create_dir(&group).map_err(|error| io::Error::other(format!("create {}: {error}", group.display())))?;
        Ok(Self { parent: parent.to_owned(), group, period })
    }

    /// From here on the process has the share, and no more. What others of the group used of the period is over by then.
    pub(crate) async fn hold(&self, process: &Process) -> io::Result<()> {
        tokio::time::sleep(self.period).await;
        fs::write(self.group.join("cgroup.procs"), process.id())
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // A group with processes cannot go, and one that was killed may not be gone yet.
        for id in fs::read_to_string(self.group.join("cgroup.procs")).unwrap_or_default().lines() {
            drop(fs::write(self.parent.join("cgroup.procs"), id));
        }
        for _ in 0..GONE_MILLIS {
            if fs::remove_dir(&self.group).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
