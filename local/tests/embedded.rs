//! The embedded stores, through unmodified AWS clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType,
    TimeToLiveSpecification, TransactWriteItem,
};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::operation::put_object::PutObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use berth_local::embedded::{CREDENTIAL, Embedded, EmbeddedError};

type Dynamo = aws_sdk_dynamodb::Client;
type S3 = aws_sdk_s3::Client;

const TABLE: &str = "berth";
const BUCKET: &str = "berth";

fn credentials() -> Credentials {
    Credentials::from_keys(CREDENTIAL, CREDENTIAL, None)
}

fn dynamo(http: SharedHttpClient, endpoint: Option<String>) -> Dynamo {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .credentials_provider(credentials())
        .http_client(http);
    config.set_endpoint_url(endpoint);
    Dynamo::from_conf(config.build())
}

fn s3(http: SharedHttpClient, endpoint: Option<String>) -> S3 {
    let mut config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .credentials_provider(credentials())
        .force_path_style(true)
        .http_client(http);
    config.set_endpoint_url(endpoint);
    S3::from_conf(config.build())
}

fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

async fn create_table(client: &Dynamo) {
    let mut create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        create = create
            .key_schema(KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap())
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name(name)
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .unwrap(),
            );
    }
    create.send().await.unwrap();
    let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build().unwrap();
    client.update_time_to_live().table_name(TABLE).time_to_live_specification(ttl).send().await.unwrap();
}

async fn put(client: &Dynamo, pk: &str, sk: &str, ttl: u64) {
    let put = client.put_item().table_name(TABLE).item("pk", string(pk)).item("sk", string(sk));
    put.item("ttl", number(ttl)).item("data", string("x".repeat(100))).send().await.unwrap();
}

async fn get(client: &Dynamo, pk: &str, sk: &str) -> bool {
    let get = client.get_item().table_name(TABLE).key("pk", string(pk)).key("sk", string(sk));
    get.send().await.unwrap().item.is_some()
}

fn new_item(pk: &str, sk: u32) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(TABLE)
        .item("pk", string(pk))
        .item("sk", string(sk.to_string()))
        .item("data", string("x".repeat(750)))
        .condition_expression("attribute_not_exists(pk)");
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

async fn put_object(client: &S3, key: &str, body: &'static [u8]) -> PutObjectOutput {
    client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(body)).send().await.unwrap()
}

async fn read(client: &S3, key: &str) -> Vec<u8> {
    let object = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> u16 {
    error.raw_response().expect("an answer from the store").status().as_u16()
}

#[tokio::test]
async fn table_with_ttl_sweeps_expired_items() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = dynamo(stores.http_client(), None);
    create_table(&client).await;
    let described = client.describe_time_to_live().table_name(TABLE).send().await.unwrap();
    assert_eq!(described.time_to_live_description.unwrap().attribute_name.unwrap(), "ttl");

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    put(&client, "a", "expired", now - 10).await;
    put(&client, "a", "fresh", now + 1000).await;
    assert_eq!(stores.sweep_ttl().unwrap(), 1);
    assert!(!get(&client, "a", "expired").await);
    assert!(get(&client, "a", "fresh").await);
}

#[tokio::test]
async fn failed_transaction_names_the_reason_of_each_action() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = dynamo(stores.http_client(), None);
    create_table(&client).await;
    put(&client, "a", "1", 0).await;
    let transact = client.transact_write_items().transact_items(new_item("a", 2)).transact_items(new_item("a", 1));
    let error = transact.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("{error:?}")
    };
    let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert!(!get(&client, "a", "2").await);
}

#[tokio::test]
async fn query_is_paged() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = dynamo(stores.http_client(), None);
    create_table(&client).await;
    for sk in 0..25 {
        put(&client, "a", &format!("{sk:02}"), 0).await;
    }
    let pages = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", string("a"))
        .limit(10)
        .into_paginator();
    let mut pages = pages.send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().count);
    }
    assert_eq!(sizes, [10, 10, 5]);
}

#[tokio::test]
async fn unknown_operations_and_invalid_requests_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = dynamo(stores.http_client(), None);
    let error = client.list_backups().send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    let error = client.get_item().table_name(TABLE).key("pk", string("a")).send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn state_survives_reopening_and_the_directory_is_used_once() {
    let data = tempfile::tempdir().unwrap();
    {
        let stores = Embedded::open(data.path()).unwrap();
        let error = Embedded::open(data.path()).err().unwrap();
        assert!(matches!(&error, EmbeddedError::InUse { path } if path == data.path()), "{error:?}");
        assert!(error.to_string().contains("another berth uses the data directory"), "{error}");

        let client = dynamo(stores.http_client(), None);
        create_table(&client).await;
        put(&client, "a", "1", 0).await;
        let client = s3(stores.http_client(), None);
        client.create_bucket().bucket(BUCKET).send().await.unwrap();
        put_object(&client, "a/b", b"body").await;
        drop(stores);
        assert!(matches!(Embedded::open(data.path()), Err(EmbeddedError::InUse { .. })), "a client still uses it");
    }
    let stores = Embedded::open(data.path()).unwrap();
    assert!(get(&dynamo(stores.http_client(), None), "a", "1").await);
    assert_eq!(read(&s3(stores.http_client(), None), "a/b").await, b"body");
}

#[tokio::test]
async fn objects_are_put_read_listed_and_deleted() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = s3(stores.http_client(), None);
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    client.head_bucket().bucket(BUCKET).send().await.unwrap();
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("pages/all.json")
        .body(ByteStream::from_static(b"compressed"))
        .content_encoding("br")
        .content_type("application/json")
        .cache_control("public, max-age=60")
        .metadata("serial", "7");
    let put = put.send().await.unwrap();

    let get = client.get_object().bucket(BUCKET).key("pages/all.json").send().await.unwrap();
    assert_eq!(get.e_tag, put.e_tag);
    assert_eq!(get.content_encoding.as_deref(), Some("br"));
    assert_eq!(get.content_type.as_deref(), Some("application/json"));
    assert_eq!(get.cache_control.as_deref(), Some("public, max-age=60"));
    assert_eq!(get.metadata.unwrap().get("serial").unwrap(), "7");
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"compressed");
    let head = client.head_object().bucket(BUCKET).key("pages/all.json").send().await.unwrap();
    assert_eq!((head.e_tag, head.content_length), (put.e_tag, Some(10)));
    assert_eq!(head.content_encoding.as_deref(), Some("br"));
    let range = client.get_object().bucket(BUCKET).key("pages/all.json").range("bytes=2-4").send().await.unwrap();
    assert_eq!(range.body.collect().await.unwrap().to_vec(), b"mpr");

    put_object(&client, "pages/b", b"").await;
    put_object(&client, "c", b"c").await;
    let listed = client.list_objects_v2().bucket(BUCKET).prefix("pages/").max_keys(1).into_paginator().send();
    let pages = listed.collect::<Result<Vec<_>, _>>().await.unwrap();
    let keys: Vec<_> =
        pages.iter().flat_map(ListObjectsV2Output::contents).map(|object| object.key().unwrap()).collect();
    assert_eq!(keys, ["pages/all.json", "pages/b"]);

    client.delete_object().bucket(BUCKET).key("c").send().await.unwrap();
    let both = ["pages/all.json", "pages/b"]
        .map(|key| aws_sdk_s3::types::ObjectIdentifier::builder().key(key).build().unwrap());
    let both = aws_sdk_s3::types::Delete::builder().set_objects(Some(both.into())).build().unwrap();
    client.delete_objects().bucket(BUCKET).delete(both).send().await.unwrap();
    let missing = client.get_object().bucket(BUCKET).key("c").send().await.unwrap_err();
    assert!(missing.into_service_error().is_no_such_key());
    let left: Vec<_> = std::fs::read_dir(data.path().join("s3")).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(left.len(), 1, "only the bucket: {left:?}");
}

#[tokio::test]
async fn keys_that_are_not_paths_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = s3(stores.http_client(), None);
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    for key in ["a//b", "a/../b", "a\\b", "a/", &"k".repeat(200)] {
        let put = client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"x"));
        assert_eq!(status(&put.send().await.unwrap_err()), 400, "{key}");
        let get = client.get_object().bucket(BUCKET).key(key);
        assert_eq!(status(&get.send().await.unwrap_err()), 400, "{key}");
    }
    assert_eq!(client.list_objects_v2().bucket(BUCKET).send().await.unwrap().key_count, Some(0));
}

#[tokio::test]
async fn conditions_are_honoured() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = s3(stores.http_client(), None);
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    let etag = put_object(&client, "pointer", b"1").await.e_tag.unwrap();
    let other = "\"00000000000000000000000000000000\"";

    let get = || client.get_object().bucket(BUCKET).key("pointer");
    assert_eq!(status(&get().if_none_match(&etag).send().await.unwrap_err()), 304);
    assert_eq!(status(&get().if_match(other).send().await.unwrap_err()), 412);
    get().if_none_match(other).if_match(&etag).send().await.unwrap();
    let head = || client.head_object().bucket(BUCKET).key("pointer");
    assert_eq!(status(&head().if_none_match(&etag).send().await.unwrap_err()), 304);
    assert_eq!(status(&head().if_match(other).send().await.unwrap_err()), 412);

    let put = |key: &str| client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"2"));
    assert_eq!(status(&put("pointer").if_match(other).send().await.unwrap_err()), 412);
    assert_eq!(status(&put("pointer").if_none_match("*").send().await.unwrap_err()), 412);
    assert_eq!(status(&put("missing").if_match(&etag).send().await.unwrap_err()), 404);
    assert_eq!(read(&client, "pointer").await, b"1");
    put("pointer").if_match(&etag).send().await.unwrap();
    put("new").if_none_match("*").send().await.unwrap();
    assert_eq!(read(&client, "pointer").await, b"2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_conditional_puts_one_wins() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = s3(stores.http_client(), None);
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    let etag = put_object(&client, "pointer", b"start").await.e_tag.unwrap();
    let puts: Vec<_> = (0..32)
        .map(|n| {
            let body = ByteStream::from(format!("writer {n}").into_bytes());
            let put = client.put_object().bucket(BUCKET).key("pointer").if_match(&etag).body(body);
            tokio::spawn(put.send())
        })
        .collect();
    let mut won = Vec::new();
    for (n, put) in puts.into_iter().enumerate() {
        match put.await.unwrap() {
            Ok(_) => won.push(n),
            Err(error) => assert_eq!(status(&error), 412),
        }
    }
    let [winner] = won[..] else { panic!("winners: {won:?}") };
    assert_eq!(read(&client, "pointer").await, format!("writer {winner}").as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_a_body_with_another_etag() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let client = s3(stores.http_client(), None);
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    let first = put_object(&client, "pointer", b"first").await.e_tag.unwrap();
    let second = put_object(&client, "pointer", b"second").await.e_tag.unwrap();
    let writer = tokio::spawn({
        let client = client.clone();
        async move {
            for n in 0..100 {
                put_object(&client, "pointer", if n % 2 == 0 { b"first" } else { b"second" }).await;
            }
        }
    });
    while !writer.is_finished() {
        let get = client.get_object().bucket(BUCKET).key("pointer").send().await.unwrap();
        let etag = get.e_tag.unwrap();
        let body = get.body.collect().await.unwrap().to_vec();
        assert_eq!(etag, if body == b"first" { &first } else { &second }.as_str());
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn interrupted_puts_leave_no_half_written_object() {
    let data = tempfile::tempdir().unwrap();
    let (etag, replaced) = {
        let stores = Embedded::open(data.path()).unwrap();
        let client = s3(stores.http_client(), None);
        client.create_bucket().bucket(BUCKET).send().await.unwrap();
        let etag = put_object(&client, "a/whole", b"1").await.e_tag;
        let replaced = put_object(&client, "replaced", b"2").await.e_tag;
        put_object(&client, "replaced", b"1").await;
        (etag, replaced)
    };
    // The files as they are when the process dies after the body was renamed into place.
    let root = data.path().join("s3");
    std::fs::write(root.join(BUCKET).join("new"), "new").unwrap();
    std::fs::write(root.join(BUCKET).join("replaced"), "2").unwrap();
    let side_files = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    let etags: Vec<_> = side_files.filter(|path| path.to_str().unwrap().ends_with(".internal.json")).collect();
    assert_eq!(etags.len(), 2);
    for etag in etags {
        std::fs::remove_file(etag).unwrap();
    }

    let stores = Embedded::open(data.path()).unwrap();
    let client = s3(stores.http_client(), None);
    let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let keys: Vec<_> = listed.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(keys, ["a/whole", "replaced"]);
    assert_eq!(client.head_object().bucket(BUCKET).key("a/whole").send().await.unwrap().e_tag, etag);
    let get = client.get_object().bucket(BUCKET).key("replaced").send().await.unwrap();
    assert_eq!(get.e_tag, replaced);
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"2");
}

#[tokio::test]
async fn one_loopback_endpoint_serves_both() {
    let data = tempfile::tempdir().unwrap();
    let stores = Embedded::open(data.path()).unwrap();
    let loopback = stores.listen().await.unwrap();
    let endpoint = loopback.endpoint();
    let http = aws_smithy_http_client::Builder::new().build_http();
    let client = dynamo(http.clone(), Some(endpoint.clone()));
    create_table(&client).await;
    put(&client, "a", "1", 0).await;
    assert!(get(&dynamo(stores.http_client(), None), "a", "1").await);

    let client = s3(http, Some(endpoint.clone()));
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    let etag = put_object(&client, "key", b"body").await.e_tag.unwrap();
    assert_eq!(read(&client, "key").await, b"body");
    let get = || client.get_object().bucket(BUCKET).key("key");
    let start = Instant::now();
    assert_eq!(status(&get().if_none_match(&etag).send().await.unwrap_err()), 304);
    assert_eq!(status(&client.head_object().bucket(BUCKET).key("missing").send().await.unwrap_err()), 404);
    assert!(start.elapsed().as_millis() < 500, "the client retried after {:?}", start.elapsed());
    let large = ByteStream::from(vec![7; 300_000]);
    client.put_object().bucket(BUCKET).key("large").body(large).send().await.unwrap();
    assert_eq!(read(&s3(stores.http_client(), None), "large").await, vec![7; 300_000]);

    drop(loopback);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let address = endpoint.strip_prefix("http://").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// Writes until it is killed.
async fn write_for_ever(data: &Path) {
    let stores = Embedded::open(data).unwrap();
    let client = dynamo(stores.http_client(), None);
    create_table(&client).await;
    for n in 0.. {
        let items = (0..10).map(|sk| new_item(&n.to_string(), sk)).collect();
        client.transact_write_items().set_transact_items(Some(items)).send().await.unwrap();
        println!("acknowledged {n}");
    }
}

/// The process that it kills is this test once more, which the environment variable tells to write.
#[tokio::test]
async fn acknowledged_transactions_survive_a_kill() {
    use std::io::BufRead;
    const DATA: &str = "BERTH_TEST_KILLED_DATA";
    if let Some(data) = std::env::var_os(DATA) {
        return write_for_ever(Path::new(&data)).await;
    }
    let data = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "acknowledged_transactions_survive_a_kill", "--nocapture"])
        .env(DATA, data.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let acknowledged = |line: &str| line.strip_prefix("acknowledged ").and_then(|n| n.parse::<u32>().ok());
    while lines.next().unwrap().is_ok_and(|line| acknowledged(&line) != Some(50)) {}
    child.kill().unwrap();
    child.wait().unwrap();
    let last = lines.map_while(Result::ok).filter_map(|line| acknowledged(&line)).last().unwrap_or(50);

    let stores = Embedded::open(data.path()).expect("the lock is free");
    let client = dynamo(stores.http_client(), None);
    for n in 0..=last + 1 {
        let query = client.query().table_name(TABLE).key_condition_expression("pk = :pk");
        let found = query.expression_attribute_values(":pk", string(n.to_string())).send().await.unwrap().count;
        assert!(found == 10 || (found == 0 && n > last), "{found} items of transaction {n}, acknowledged {last}");
    }
}
