//! Sources and formats from the outside: real catalogues, and everything that a source can do wrong.

#[cfg(test)]
mod catalogues;
#[cfg(test)]
mod common;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod files;
#[cfg(test)]
mod http;
#[cfg(test)]
mod walk;
