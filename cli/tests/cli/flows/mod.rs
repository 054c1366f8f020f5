//! Whole ways of people and of jobs, at `berth serve`, with GitHub played by servers that answer as the real one does.

mod actions;
mod device;
mod github;
