//! S3 on a directory: s3s-fs, made safe for concurrent requests and for a kill at any moment.
//!
//! s3s-fs keeps an object as three files: the body, its attributes and its ETag (the MD5 of the body, computed from the
//! body where that file is missing). Each is replaced by a rename, in this order, but not all at once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Extensions, HeaderMap, Method, Uri};
use http_body_util::BodyExt;
use s3s::auth::SimpleAuth;
use s3s::dto::*;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use tokio::sync::RwLock;

use super::conditions::Conditions;
use super::{CREDENTIAL, EmbeddedError};

const LONGEST_FILE_NAME: usize = 255;

/// Opens the store and removes what an interrupted first PUT left behind.
pub(super) fn open(root: &Path) -> Result<S3Service, EmbeddedError> {
    let failed = |source| EmbeddedError::OpenS3 { path: root.to_owned(), source };
    let files = FileSystem::new(root).map_err(|error| failed(error.into()))?;
    let store = Store { files, root: root.to_owned(), access: RwLock::new(()) };
    store.recover().map_err(|error| failed(S3Error::internal_error(error)))?;
    let mut builder = S3ServiceBuilder::new(store);
    builder.set_auth(SimpleAuth::from_single(CREDENTIAL, CREDENTIAL));
    Ok(builder.build())
}

struct Store {
    files: FileSystem,
    root: PathBuf,
    /// Writers exclude all others, so that a condition still holds when the object is replaced and nobody reads a new
    /// body with an old ETag.
    access: RwLock<()>,
}

impl Store {
    fn side_file(&self, bucket: &str, key: &str, kind: &str) -> PathBuf {
        let (bucket, key) = (URL_SAFE_NO_PAD.encode(bucket), URL_SAFE_NO_PAD.encode(key));
        self.root.join(format!(".bucket-{bucket}.object-{key}.{kind}.json"))
    }

    /// An object without attributes was never acknowledged.
    fn recover(&self) -> io::Result<()> {
        for bucket in fs::read_dir(&self.root)? {
            let bucket = bucket?;
            if bucket.file_type()?.is_dir()
                && let Some(name) = bucket.file_name().to_str()
            {
                self.recover_directory(name, &bucket.path(), "")?;
            }
        }
        Ok(())
    }

    fn recover_directory(&self, bucket: &str, directory: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let key = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                self.recover_directory(bucket, &entry.path(), &format!("{key}/"))?;
            } else if !self.side_file(bucket, &key, "metadata").exists() {
                tracing::warn!(bucket, key, "removed an object whose upload was interrupted");
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Refuses keys that are not exactly the path of their file, and keys too long for the names of the side files.
    fn check_key(&self, bucket: &str, key: &str) -> S3Result<()> {
        if key.contains('\\') || key.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(s3_error!(
                InvalidArgument,
                "the embedded S3 refuses `\\` and empty, `.` and `..` parts in a key"
            ));
        }
        match self.side_file(bucket, key, "metadata").file_name() {
            Some(name) if name.len() <= LONGEST_FILE_NAME => Ok(()),
            _ => Err(s3_error!(KeyTooLongError)),
        }
    }

    /// Without its file an ETag is computed from the body, so it is right whether or not the body is replaced next.
    fn forget_etag(&self, bucket: &str, key: &str) -> S3Result<()> {
        remove(&self.side_file(bucket, key, "internal"))
    }

    fn forget(&self, bucket: &str, key: &str) -> S3Result<()> {
        self.forget_etag(bucket, key)?;
        remove(&self.side_file(bucket, key, "metadata"))
    }

    async fn etag(&self, bucket: &str, key: &str) -> S3Result<Option<ETag>> {
        let input = HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..HeadObjectInput::default() };
        match self.files.head_object(request(input)).await {
            Ok(response) => Ok(response.output.e_tag),
            Err(error) if *error.code() == S3ErrorCode::NoSuchKey => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl S3 for Store {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        self.files.create_bucket(req).await
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.files.head_bucket(req).await
    }

    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        self.files.list_buckets(req).await
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        let _shared = self.access.read().await;
        self.files.list_objects_v2(req).await
    }

    async fn get_object(&self, mut req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.check_key(&req.input.bucket, &req.input.key)?;
        let conditions = Conditions::new(req.input.if_match.take(), req.input.if_none_match.take());
        let whole = req.input.range.is_none().then(|| self.root.join(&req.input.bucket).join(&req.input.key));
        let _shared = self.access.read().await;
        let mut response = self.files.get_object(req).await?;
        conditions.check_read(response.output.e_tag.as_ref())?;
        // s3s-fs reads 4 KB at a time, each on another thread: 115 ms for 10 MB. What it reads of a range stays whole when
        // the object is replaced meanwhile, because the file is open.
        if let Some(path) = whole {
            let body = tokio::fs::read(path).await.map_err(S3Error::internal_error)?;
            response.output.body = Some(Body::from(body).into());
        }
        Ok(response)
    }

    async fn head_object(&self, mut req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        self.check_key(&req.input.bucket, &req.input.key)?;
        let conditions = Conditions::new(req.input.if_match.take(), req.input.if_none_match.take());
        let _shared = self.access.read().await;
        let response = self.files.head_object(req).await?;
        conditions.check_read(response.output.e_tag.as_ref())?;
        Ok(response)
    }

    async fn put_object(&self, mut req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        self.check_key(&req.input.bucket, &req.input.key)?;
        let conditions = Conditions::new(req.input.if_match.take(), req.input.if_none_match.take());
        // Received before the lock is taken: a slow sender must not hold up others.
        if let Some(body) = req.input.body.take() {
            let body = Body::from(body).collect().await.map_err(|error| s3_error!(IncompleteBody, "{error}"))?;
            req.input.body = Some(Body::from(body.to_bytes()).into());
        }
        let _exclusive = self.access.write().await;
        if !conditions.is_empty() {
            conditions.check_write(self.etag(&req.input.bucket, &req.input.key).await?.as_ref())?;
        }
        self.forget_etag(&req.input.bucket, &req.input.key)?;
        self.files.put_object(req).await
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        self.check_key(&bucket, &key)?;
        let _exclusive = self.access.write().await;
        let response = self.files.delete_object(req).await?;
        self.forget(&bucket, &key)?;
        Ok(response)
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let bucket = req.input.bucket.clone();
        for object in &req.input.delete.objects {
            self.check_key(&bucket, &object.key)?;
        }
        let _exclusive = self.access.write().await;
        let response = self.files.delete_objects(req).await?;
        for key in response.output.deleted.iter().flatten().filter_map(|object| object.key.as_deref()) {
            self.forget(&bucket, key)?;
        }
        Ok(response)
    }
}

fn request<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: Method::HEAD,
        uri: Uri::default(),
        headers: HeaderMap::new(),
        extensions: Extensions::new(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

fn remove(path: &Path) -> S3Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(S3Error::internal_error(error)),
        _ => Ok(()),
    }
}
