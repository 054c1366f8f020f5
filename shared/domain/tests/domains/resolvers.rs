//! What several name servers come to.

use registry_domain::{Domain, Finding, Resolvers};

use crate::name_server::{NameServer, Records, resolvers};

const VALUE: &str = "mcp-verify=00112233445566778899aabbccddeeff";
const TRUTH: Records<'static> = &[("example.com", "TXT", VALUE), ("example.com", "TXT", "v=spf1 -all")];
const EMPTY: Records<'static> = &[("example.com", "TXT", "v=spf1 -all")];
const DELEGATION: Records<'static> = &[
    ("example.com", "NS", "ns1.example.com"),
    ("example.com", "NS", "ns2.example.com"),
    ("ns1.example.com", "A", "127.0.0.2"),
    ("ns2.example.com", "A", "127.0.0.3"),
];

async fn find(resolvers: &Resolvers) -> (Finding, Vec<String>) {
    find_at(resolvers, "example.com").await
}

async fn find_at(resolvers: &Resolvers, domain: &str) -> (Finding, Vec<String>) {
    let domain: Domain = domain.parse().unwrap();
    let check = resolvers.find(&domain, VALUE).await;
    (check.finding, check.seen.iter().map(ToString::to_string).collect())
}

async fn three(records: [Records<'_>; 3]) -> [NameServer; 3] {
    let [one, two, three] = records;
    [NameServer::new(one).await, NameServer::new(two).await, NameServer::new(three).await]
}

#[tokio::test]
async fn two_that_see_it_suffice() {
    for records in [[TRUTH, TRUTH, TRUTH], [TRUTH, EMPTY, TRUTH], [&[], TRUTH, TRUTH]] {
        let [one, two, three] = three(records).await;
        let (finding, saw) = find(&resolvers(&[&one, &two, &three])).await;
        assert_eq!((finding, saw.len()), (Finding::Present, 3), "{saw:?}");
        // Each was asked once, and nobody for the zone.
        assert_eq!([one.asked(), two.asked(), three.asked()], [1, 1, 1]);
    }
    let [one, two, three] = three([TRUTH, TRUTH, TRUTH]).await;
    three.fall_silent();
    assert_eq!(find(&resolvers(&[&one, &two, &three])).await.0, Finding::Present);
    three.fail();
    assert_eq!(find(&resolvers(&[&one, &two, &three])).await.0, Finding::Present);
}

#[tokio::test]
async fn the_record_reads_as_it_should() {
    let [first, second] = VALUE.split_at(20).into();
    let (split, padded, upper) = (format!("{first}|{second}"), format!(" {VALUE}\t"), VALUE.to_uppercase());
    for (text, finding) in [
        (split.as_str(), Finding::Present),
        (padded.as_str(), Finding::Present),
        (upper.as_str(), Finding::Absent),
        (first, Finding::Absent),
    ] {
        let records: Records<'_> = &[("example.com", "TXT", text)];
        let [one, two] = [NameServer::new(records).await, NameServer::new(records).await];
        assert_eq!(find(&resolvers(&[&one, &two])).await.0, finding, "{text}");
    }
}

#[tokio::test]
async fn one_that_lies_proves_nothing() {
    let [poisoned, two, three] = three([TRUTH, EMPTY, &[]]).await;
    let (finding, saw) = find(&resolvers(&[&poisoned, &two, &three])).await;
    assert_eq!(finding, Finding::Unknown);
    let [one, two, three] = [poisoned, two, three].map(|server| server.address);
    let expected = [
        format!("{one}: found"),
        format!("{two}: one TXT record, which is another one"),
        format!("{three}: no TXT record"),
    ];
    assert_eq!(saw, expected);
}

#[tokio::test]
async fn where_resolvers_disagree_the_zone_decides() {
    let zone = |records| NameServer::zone([2, 3], records);
    let with = |records: Records<'static>| [records, DELEGATION].concat();
    let (truth, empty) = (with(TRUTH), with(EMPTY));
    let [one, two, three] = three([&truth, &empty, &empty]).await;

    // Two remember from before that there was no record.
    let [first, second] = zone(TRUTH).await;
    let reaching = resolvers(&[&one, &two, &three]).reaching_private(first.address.port());
    let (finding, saw) = find(&reaching).await;
    assert_eq!(finding, Finding::Present, "{saw:?}");
    assert_eq!(saw[3..], ["ns1.example.com: found", "ns2.example.com: found"]);
    // All remember it.
    one.set(&empty);
    assert_eq!(find(&reaching).await.0, Finding::Present);
    // Both servers of the zone must say so.
    second.set(EMPTY);
    assert_eq!(find(&reaching).await.0, Finding::Absent);
    one.set(&truth);
    assert_eq!(find(&reaching).await.0, Finding::Unknown);
    // The one resolver that saw it was lied to.
    first.set(EMPTY);
    assert_eq!(find(&reaching).await.0, Finding::Absent);
    // Without the switch for tests, nobody is asked who is not public.
    let asked = first.asked();
    let (finding, saw) = find(&resolvers(&[&one, &two, &three])).await;
    assert_eq!((finding, first.asked()), (Finding::Unknown, asked));
    assert!(saw[3].starts_with("ns1.example.com: not asked, it has no public address"), "{saw:?}");
}

#[tokio::test]
async fn who_lies_about_the_zone_is_alone_too() {
    let [attacker] = NameServer::zone([4], TRUTH).await;
    let port = attacker.address.port();
    let empty = [EMPTY, DELEGATION].concat();
    let lies = [TRUTH, &[("example.com", "NS", "evil.com"), ("evil.com", "A", "127.0.0.4")]].concat();
    let [poisoned, two, three] = three([&lies, &empty, &empty]).await;
    let reaching = resolvers(&[&poisoned, &two, &three]).reaching_private(port);
    let (finding, saw) = find(&reaching).await;
    assert_eq!((finding, attacker.asked()), (Finding::Unknown, 0), "{saw:?}");
    // The same names at another address.
    let lies =
        [TRUTH, &DELEGATION[..2], &[("ns1.example.com", "A", "127.0.0.4"), ("ns2.example.com", "A", "127.0.0.4")]];
    poisoned.set(&lies.concat());
    let (finding, saw) = find(&reaching).await;
    assert_eq!((finding, attacker.asked()), (Finding::Unknown, 0), "{saw:?}");
}

#[tokio::test]
async fn a_zone_begins_above_the_domain() {
    let records = [&[("docs.example.com", "TXT", "other")], DELEGATION].concat();
    let [one, two] = [NameServer::new(&records).await, NameServer::new(&records).await];
    let [first, _second] = NameServer::zone([2, 3], &[("a.docs.example.com", "TXT", VALUE)]).await;
    let reaching = resolvers(&[&one, &two]).reaching_private(first.address.port());
    assert_eq!(find_at(&reaching, "a.docs.example.com").await.0, Finding::Present);
    let servers = reaching.name_servers(&"a.docs.example.com".parse().unwrap()).await.unwrap();
    assert_eq!(servers, ["ns1.example.com", "ns2.example.com"]);
    assert_eq!(reaching.name_servers(&"other.com".parse().unwrap()).await, None);
}

#[tokio::test]
async fn too_few_answers_say_nothing() {
    let [one, two, three] = three([TRUTH, TRUTH, EMPTY]).await;
    two.fall_silent();
    three.fail();
    let (finding, saw) = find(&resolvers(&[&one, &two, &three])).await;
    assert_eq!(finding, Finding::Unknown);
    let [one_at, two_at, three_at] = [&one, &two, &three].map(|server| server.address);
    let expected = [
        format!("{one_at}: found"),
        format!("{two_at}: timed out after 1.5 s"),
        format!("{three_at}: answered Server Failure"),
    ];
    assert_eq!(saw, expected);
    // Nor does one that misses it.
    one.set(EMPTY);
    assert_eq!(find(&resolvers(&[&one, &two, &three])).await.0, Finding::Unknown);
    // Two do.
    three.set(EMPTY);
    assert_eq!(find(&resolvers(&[&one, &two, &three])).await.0, Finding::Absent);
}
