//! An object in S3.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;

use super::body::Body;
use super::context::ReadContext;
use super::error::{Failure, SourceErrorKind};
use super::{SourceReading, SourceStatus, parse};

pub(super) async fn read(
    bucket: &str,
    key: &str,
    context: &ReadContext,
    previous: &SourceStatus,
) -> Result<SourceReading, Failure> {
    let failed = |kind| Failure::new(format!("getting s3://{bucket}/{key}"), kind);
    let Some(client) = &context.s3 else {
        let message = "no S3 client is configured: set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for an emulator AWS_ENDPOINT_URL";
        return Err(failed(SourceErrorKind::S3(message.to_owned())));
    };
    let request = client.get_object().bucket(bucket).key(key).set_if_none_match(previous.etag.clone());
    let mut object = match request.send().await {
        Ok(object) => object,
        Err(error) if is_not_modified(&error) => return Ok(SourceReading::Unchanged),
        Err(error) => return Err(failed(refused(&error))),
    };
    let total = object.content_length().and_then(|length| u64::try_from(length).ok());
    let mut body = Body::new(context.caps.source_bytes, total, Some(context)).map_err(failed)?;
    while let Some(piece) = object.body.next().await {
        let piece = piece.map_err(|error| failed(SourceErrorKind::Interrupted(error.to_string())))?;
        body.push(&piece).map_err(failed)?;
    }
    let reading = parse(body.into_bytes()).await.map_err(failed)?;
    let status = SourceStatus { etag: object.e_tag, ..SourceStatus::default() };
    Ok(SourceReading::Read { reading, status, incremental: false })
}

fn is_not_modified(error: &SdkError<GetObjectError>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 304)
}

fn refused(error: &SdkError<GetObjectError>) -> SourceErrorKind {
    match error {
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            SourceErrorKind::Unreachable(DisplayErrorContext(error).to_string())
        }
        _ => SourceErrorKind::S3(match error.code() {
            Some("NoSuchKey") => "there is no such object: check the key".to_owned(),
            Some("NoSuchBucket") => "there is no such bucket: check its name".to_owned(),
            Some(code) => format!("S3 refused: {code} ({})", error.message().unwrap_or("no message")),
            None => DisplayErrorContext(error).to_string(),
        }),
    }
}
