//! The fuzz targets' functions on stable: arbitrary bytes, the seeds of `fuzz/corpus`, and mutations of these.
#![expect(clippy::expect_used, reason = "a test that cannot be set up has to stop and say why")]

use std::fs;
use std::path::Path;

use berth_fuzzed::{cursor, path, proof, publish_body, search};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// What means something to one parser or another.
const WORDS: [&[u8]; 51] = [
    b"%2F",
    b"%252F",
    b"%2f",
    b"%00",
    b"%2500",
    b"%25",
    b"%",
    b"/",
    b"//",
    b"/versions/",
    b"/status",
    b"/v0.1/servers/",
    b"\n",
    b"\0",
    b"\xff",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xa8",
    b"~",
    b":",
    b"&",
    b"=",
    b"limit=1",
    b"cursor=",
    b"search=\xc4\xb0",
    b"include_deleted=false",
    b"q=",
    b"tag=",
    b"status=deleted",
    b"sort=name",
    b"needs_secret=t",
    b"updated_until=",
    b",",
    b"updated_since=0000-01-01T00:00:00%2B23:59",
    b"0000-01-01T00:00:00+23:59",
    b"9999-12-31T23:59:59.999999999Z",
    b".",
    b"xn--",
    b"-",
    b"v=MCPv1;",
    b"k=ed25519;",
    b"p=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    b"\"",
    b"\\u0000",
    b"null",
    b"{}",
    b"[]",
    b"1e400",
    b"0.1e-7",
    b"{port}",
    b"latest",
    b"^1.2",
];

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Edit {
    Put(Index, u8),
    Insert(Index, &'static [u8]),
    Delete(Index, usize),
    Repeat(Index, usize),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len() + 1;
        let span = |at: &Index, length: usize| at.index(end)..(at.index(end) + length).min(end - 1);
        match self {
            Self::Put(at, byte) => {
                if let Some(place) = bytes.get_mut(at.index(end)) {
                    *place = *byte;
                }
            }
            Self::Insert(at, word) => drop(bytes.splice(at.index(end)..at.index(end), word.iter().copied())),
            Self::Delete(at, length) => drop(bytes.drain(span(at, *length))),
            Self::Repeat(at, length) => bytes.extend_from_within(span(at, *length)),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Put(at, byte)),
        (any::<Index>(), select(&WORDS[..])).prop_map(|(at, word)| Edit::Insert(at, word)),
        (any::<Index>(), 1..20_usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
    ]
}

fn mutated(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (select(seeds), prop::collection::vec(edit(), 1..6)).prop_map(|(mut bytes, edits)| {
        edits.iter().for_each(|edit| edit.apply(&mut bytes));
        bytes
    })
}

fn words() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(select(&WORDS[..]), 0..12).prop_map(|words| words.concat())
}

fn holds(target: &str, property: fn(&[u8]), cases: u32) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let seeds = fs::read_dir(&corpus).expect("the seeds").map(|seed| fs::read(seed.expect("a seed").path()));
    let seeds: Vec<Vec<u8>> = seeds.collect::<Result<_, _>>().expect("the seeds");
    seeds.iter().for_each(|seed| property(seed));
    let bytes = prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..300),
        1 => words(),
        6 => mutated(seeds),
    ];
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let tested = TestRunner::new(config).run(&bytes.prop_map(Shown), |Shown(bytes)| {
        property(&bytes);
        Ok(())
    });
    tested.expect(target);
}

/// Bytes that a failure shows as text.
#[derive(Clone)]
struct Shown(Vec<u8>);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

#[test]
fn bodies_of_publishes() {
    holds("publish_body", publish_body, 4000);
}

#[test]
fn cursors() {
    holds("cursor", cursor, 20_000);
}

#[test]
fn searches() {
    holds("search", search, 20_000);
}

#[test]
fn proofs() {
    holds("proof", proof, 3000);
}

#[test]
fn paths() {
    holds("path", path, 20_000);
}
