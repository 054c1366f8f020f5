"""Deploys the template. `infra/deploy`, `infra/deploy-local` and their counterparts call this; docs/deploy.md explains.

    python infra/stack check NAME [Parameter=Value]...
    python infra/stack up --packages DIRECTORY [--architecture A] [--yes] [--since SECONDS] NAME [Parameter=Value]...
    python infra/stack down [--yes] [--delete-data] NAME

Talks to AWS, or to the emulator at AWS_ENDPOINT_URL.
"""

import argparse
import hashlib
import os
import sys
import time

import boto3
import botocore.exceptions

import changes
import packages
import smoke
import template


def main():
    parser = argparse.ArgumentParser(prog="infra/stack", add_help=False)
    parser.add_argument("command", choices=["check", "up", "down"])
    parser.add_argument("--packages")
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--since", type=float, default=time.time())
    parser.add_argument("--delete-data", action="store_true")
    parser.add_argument("name")
    parser.add_argument("parameters", nargs="*")
    arguments = parser.parse_intermixed_args()
    session = boto3.session.Session()
    if session.region_name is None:
        raise template.Refused("there is no region; set AWS_REGION")
    commands = {"check": check, "up": up, "down": down}
    commands[arguments.command](session, arguments)


def check(session, arguments):
    given = template.parse(arguments.parameters)
    present = changes.parameters(changes.describe(session.client("cloudformation"), arguments.name))
    template.check(given, present, session.region_name)
    return given


def up(session, arguments):
    given = check(session, arguments)
    cloudformation, s3 = session.client("cloudformation"), session.client("s3")
    account = session.client("sts").get_caller_identity()["Account"]
    bucket = f"berth-code-{account}-{session.region_name}"
    given |= {"Architecture": arguments.architecture}
    given |= packages.upload(s3, bucket, session.region_name, packages.bundle(arguments.packages))
    digest = hashlib.sha256(template.PATH.read_bytes()).hexdigest()
    place = changes.template_at(s3, bucket, digest)
    confirm = (lambda: True) if arguments.yes else ask
    stack = changes.apply(cloudformation, arguments.name, place, given, confirm)
    url = api_url(changes.outputs(stack))
    smoke.await_answer(f"{url}/v0.1/ping")
    first = time.time() - arguments.since
    # auth makes the public keys from the secret, which nobody else reads. They are no secret, so they may be a parameter.
    status, jwks = smoke.await_answer(f"{url}/.well-known/jwks.json")
    if status == 200 and changes.parameters(stack).get("TokenPublicKeys") != jwks.decode():
        print("the public keys are handed to the functions that check tokens")
        stack = changes.apply(cloudformation, arguments.name, place, {"TokenPublicKeys": jwks.decode()}, lambda: True)
    publishes = bool(os.environ.get("AWS_ENDPOINT_URL")) and changes.parameters(stack)["AnonymousLogin"] == "true"
    good = smoke.table(url, publishes)
    print(f"\nfirst answer after {first:.1f} s, all of it after {time.time() - arguments.since:.1f} s")
    if os.environ.get("AWS_ENDPOINT_URL"):
        print(f"url {url}")
    else:
        print(f"url {changes.outputs(stack)['Url']} (the API behind it: {url})")
    if not good:
        raise template.Refused("the smoke test failed: the table says where, the log groups of the stack say why")


def down(session, arguments):
    cloudformation = session.client("cloudformation")
    stack = changes.describe(cloudformation, arguments.name)
    if stack is None:
        raise template.Refused(f"there is no stack {arguments.name} in {session.region_name}")
    kept = changes.outputs(stack)
    buckets = [kept["SnapshotBucketName"], kept["SiteBucketName"]]
    print(f"table {kept['TableName']} and buckets {', '.join(buckets)} {'go too' if arguments.delete_data else 'stay'}")
    if not arguments.yes and not ask():
        raise template.Refused("nothing was changed")
    changes.delete(cloudformation, arguments.name)
    if arguments.delete_data:
        dynamodb = session.client("dynamodb")
        dynamodb.update_table(TableName=kept["TableName"], DeletionProtectionEnabled=False)
        dynamodb.delete_table(TableName=kept["TableName"])
        for bucket in buckets:
            session.resource("s3").Bucket(bucket).object_versions.delete()
            session.client("s3").delete_bucket(Bucket=bucket)
    print(f"{arguments.name} is gone")


def api_url(outputs):
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    # Emulators have no names for their APIs.
    return f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/$default" if endpoint else outputs["ApiUrl"]


def ask():
    return input("go ahead? [y/N] ").strip().lower() == "y"


if __name__ == "__main__":
    try:
        main()
    except (template.Refused, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(f"infra/stack: {error}", file=sys.stderr)
        sys.exit(1)
