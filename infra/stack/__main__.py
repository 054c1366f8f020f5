"""Deploys the template. The scripts of `infra` call this; docs/deploy.md explains.

    python infra/stack check NAME [Parameter=Value]...
    python infra/stack up --packages DIRECTORY [--architecture A] [--yes] [--since SECONDS] NAME [Parameter=Value]...
    python infra/stack back [--yes] NAME
    python infra/stack down [--yes] [--delete-data] NAME

Talks to AWS, or to the emulator at AWS_ENDPOINT_URL.
"""

import argparse
import os
import sys
import time

import boto3
import botocore.exceptions

import changes
import deployments
import packages
import smoke
import template


def main():
    parser = argparse.ArgumentParser(prog="infra/stack", add_help=False)
    parser.add_argument("command", choices=["check", "up", "back", "down"])
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
    commands = {"check": check, "up": up, "back": back, "down": down}
    commands[arguments.command](session, arguments)


def check(session, arguments):
    given = template.parse(arguments.parameters)
    present = changes.parameters(changes.describe(session.client("cloudformation"), arguments.name))
    template.check(given, present, session.region_name)
    return given


def up(session, arguments):
    given = check(session, arguments)
    cloudformation, s3, bucket = clients(session)
    given |= {"Architecture": arguments.architecture}
    given |= packages.upload(s3, bucket, session.region_name, packages.bundle(arguments.packages))
    digest = changes.upload_template(s3, bucket)
    known = deployments.Deployments(s3, bucket, arguments.name)
    # A stack made anew has no way back to one that is gone.
    last = known.last() if changes.describe(cloudformation, arguments.name) else None
    bring(session, arguments, known, last, deployments.way_back(last), digest, given)


def back(session, arguments):
    cloudformation, s3, bucket = clients(session)
    if changes.describe(cloudformation, arguments.name) is None:
        raise template.Refused(f"there is no stack {arguments.name} in {session.region_name}")
    known = deployments.Deployments(s3, bucket, arguments.name)
    last = known.last()
    if last is None or last["before"] is None:
        raise template.Refused("no deployment before the present one is on record: deploy what you want with `just deploy`")
    target = known.read(last["before"])
    known.check(target)
    print(f"back from the deployment of {last['time']} to that of {target['time']}; data and tokens stay as they are")
    deployments.show(last, target)
    bring(session, arguments, known, last, target["before"], target["template"], target["parameters"])


def bring(session, arguments, known, last, before, digest, given):
    """Brings the stack to a template and parameters, and tries the registry. `last` is the record of the present deployment,
    `before` names the one to which the new deployment leads back."""
    cloudformation, s3, bucket = clients(session)
    place = changes.template_at(s3, bucket, digest)
    begun = []

    def go_ahead():
        if arguments.yes or ask():
            begun.append(known.begin(digest, given, before))
        return bool(begun)

    try:
        stack = changes.apply(cloudformation, arguments.name, place, given, go_ahead)
    except template.Refused:
        for record in begun:
            known.forget(record)
        raise
    if begun:
        record = known.deployed(begun[0], changes.parameters(stack))
    elif deployments.says(last, digest, changes.parameters(stack)):
        record = last
    else:
        record = known.deployed(known.begin(digest, given, before), changes.parameters(stack))
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
    if good:
        known.answers(record)
        return
    message = "the smoke test failed: the table says where, the log groups of the stack say why"
    if record["before"] is None:
        raise template.Refused(f"{message}; no deployment before this one is on record")
    time_before = known.read(record["before"])["time"]
    raise template.Refused(f"{message}; `just rollback {arguments.name}` goes back to the deployment of {time_before}")


def clients(session):
    """Of CloudFormation and S3, and the bucket with the packages."""
    account = session.client("sts").get_caller_identity()["Account"]
    return session.client("cloudformation"), session.client("s3"), f"berth-code-{account}-{session.region_name}"


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
    try:
        return input("go ahead? [y/N] ").strip().lower() == "y"
    except EOFError:  # nobody is there to be asked
        return False


if __name__ == "__main__":
    try:
        main()
    except (template.Refused, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(f"infra/stack: {error}", file=sys.stderr)
        sys.exit(1)
