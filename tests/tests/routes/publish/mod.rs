//! `POST /publish`

mod access;
mod body;
mod documents;
mod latest;
mod ownership;
mod parallel;
mod remotes;
mod repeat;
