//! Where and when: figures of two machines must not be mistaken for each other.

use std::process::Command;

use crate::Outcome;

pub(crate) fn now() -> Outcome<String> {
    let date = Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]).output()?;
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let date = String::from_utf8(date.stdout)?;
    Ok(format!("{}, {}, {cores} cores, {model}, load {load}", date.trim(), std::env::consts::ARCH))
}
