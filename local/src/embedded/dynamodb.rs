//! DynamoDB's JSON protocol for dynoxide, whose own router is private and needs a TCP port.

use std::path::Path;

use bytes::Bytes;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::{Database, DynoxideError};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use s3s::{Body, StdError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;

use super::EmbeddedError;

const UNKNOWN_OPERATION: &str = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// Opens or creates the database. `SQLite` runs with a write-ahead log and a sync at each commit, so that an
/// acknowledged transaction survives the death of the process and of the machine.
pub(super) fn open(path: &Path) -> Result<Database, EmbeddedError> {
    let utf8 = path.to_str().ok_or_else(|| EmbeddedError::NotUtf8 { path: path.to_owned() })?;
    Database::new(utf8).map_err(|source| EmbeddedError::OpenDynamoDb { path: path.to_owned(), source })
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// By a call: it is answered, once.
    InProcess,
    /// Over a connection, which may break before the answer; then the client sends the request again.
    ByLoopback,
}

/// A batch of few keys takes no longer than a few gets.
const SMALL_BATCH: usize = 2 * 1024;

/// Answers one request.
pub(super) async fn answer(
    database: &Database,
    target: &str,
    body: Body,
    came: Came,
) -> Result<Response<Body>, StdError> {
    let body = body.collect().await?.to_bytes();
    let operation = target.split_once('.').map_or("", |(_, operation)| operation).to_owned();
    let database = database.clone();
    // A get takes 90 µs here and 210 µs by way of another thread; a transaction of 100 puts would block this one for 4 ms.
    let is_small = operation == "GetItem" || operation == "BatchGetItem" && body.len() < SMALL_BATCH;
    let answered = if is_small {
        dispatch(&database, &operation, &body, came)
    } else {
        spawn_blocking(move || dispatch(&database, &operation, &body, came)).await?
    };
    Ok(match answered {
        Some(Ok(json)) => response(StatusCode::OK, json.into()),
        Some(Err(error)) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response(status, error.to_json().into())
        }
        None => response(StatusCode::BAD_REQUEST, Bytes::from_static(UNKNOWN_OPERATION.as_bytes())),
    })
}

fn response(status: StatusCode, json: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}

/// The operations that berth uses; `None` for any other.
fn dispatch(database: &Database, operation: &str, body: &[u8], came: Came) -> Option<dynoxide::Result<Vec<u8>>> {
    Some(match operation {
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |mut request: TransactWriteItemsRequest| {
            // The tokens of ten minutes are looked through at each transaction, a tenth of a publish after a few thousand.
            // They tell a request that is sent again, which no call is.
            request.client_request_token = request.client_request_token.filter(|_| came == Came::ByLoopback);
            database.transact_write_items(request)
        }),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => return None,
    })
}

fn run<Q: DeserializeOwned, R: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> dynoxide::Result<R>,
) -> dynoxide::Result<Vec<u8>> {
    let request =
        serde_json::from_slice(body).map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    serde_json::to_vec(&operation(request)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
