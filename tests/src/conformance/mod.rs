//! What a client of the official registry relies on, as requests to any registry that speaks HTTP. Section 7.2 of the facts
//! about the official API has the cases; where Berth answers otherwise on purpose, the case says what Berth answers.
//!
//! The cases need the login `none`, and packages that are not asked about. Each has servers of its own, so that they do not
//! see each other.

mod auth;
mod cors;
mod documents;
mod list;
mod paths;
mod publish;
mod read;
mod report;
mod service;
mod session;
mod status;
mod wrong_parameters;

use std::future::Future;
use std::pin::Pin;

pub use report::{Difference, Report, Shape};
use session::Session;

use crate::Wire;

type Run = for<'a> fn(&'a mut Session) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A name and what it does.
type Case = (&'static str, Run);

macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        const CASES: &[Case] = &[$($(
            (concat!(stringify!($module), " ", stringify!($case)), |session| Box::pin($module::$case(session))),
        )+)+];
    };
}

cases! {
    service: health, version, ping, openapi, keys, unknown;
    cors: reading, preflight, not_allowed, no_preflight;
    list: nothing, pages, order, versions, cursors, search, since, deleted, many;
    wrong_parameters: limits, times, flags, others;
    read: one, versions, missing, held, compressed, head, prefixes;
    paths: names, versions, slashes, refused, broken;
    publish: once, latest, not_semantic, without_token, wrong_tokens, two_tokens, foreign, bodies, types, remotes;
    documents: names, versions, schemas, texts, unknown, publisher;
    status: unchanged, messages, back_again, all, latest, edit, delete, missing;
    auth: none, absent, proofs, browser;
}

/// Asks the registry at `wire` all there is to ask.
pub async fn run(wire: &Wire) -> Report {
    let mut session = Session::login(wire).await;
    for (name, case) in CASES {
        session.begin(name);
        case(&mut session).await;
    }
    session.report()
}
