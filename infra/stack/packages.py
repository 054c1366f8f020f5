"""Packages of the functions: made from binaries where they are not yet, and uploaded by what is in them."""

import hashlib
import io
import pathlib
import zipfile

FUNCTIONS = {
    "ListServers": "list_servers",
    "GetServer": "get_server",
    "Search": "search",
    "Publish": "publish",
    "Auth": "auth",
    "VerifyDomain": "verify_domain",
    "Sync": "sync",
}


def bundle(directory):
    """The packages of a directory, by resource: `<function>.zip`, or a package of the binary `<function>`."""
    packages = {}
    for resource, function in FUNCTIONS.items():
        archive = pathlib.Path(directory, f"{function}.zip")
        packages[resource] = archive.read_bytes() if archive.exists() else _archive(pathlib.Path(directory, function))
    return packages


def _archive(binary):
    """The same binary gives the same bytes, so it is uploaded once."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o755 << 16
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compresslevel=1) as file:
        file.writestr(entry, binary.read_bytes())
    return archive.getvalue()


def upload(s3, bucket, region, packages):
    """Uploads what is not there yet; parameters of the template that name it."""
    _ensure_bucket(s3, bucket, region)
    parameters = {"CodeBucket": bucket}
    for resource, package in packages.items():
        key = f"{FUNCTIONS[resource]}/{hashlib.sha256(package).hexdigest()}.zip"
        if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount", 0) == 0:
            s3.put_object(Bucket=bucket, Key=key, Body=package)
        parameters[f"{resource}Code"] = key
    return parameters


def _ensure_bucket(s3, bucket, region):
    if bucket in (found["Name"] for found in s3.list_buckets()["Buckets"]):
        return
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **place)
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))
