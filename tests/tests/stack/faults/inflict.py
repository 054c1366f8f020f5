"""What the tests do to a deployed stack beside its API. Reads commands, a JSON list a line; answers each with a line of JSON.

    inflict.py NAME

    mend                    gives sync what the emulator forgot
    look                    what `look.py data` sees
    environments            the variables and credentials of each function
    stream on|off           whether the table's stream starts sync
    patience SECONDS        how old a change may be that the stream brings; AWS takes no less than 60
    bucket open|closed      whether the snapshot's bucket takes writes
    invoke EVENTS           what sync answers to an event, or to each of a list of them
    together EVENT          the same, asked twice at once
    later EVENT             has it run without waiting for its answer
    put KEYS                puts bare items into the table: [[pk, sk], ...]
    remove KEYS             removes them
    failures                what lies in the queue of runs that were given up
    forget                  empties that queue
    log FUNCTION            the lines of its log
    runs                    how often each function ran, by its log
"""

import concurrent.futures
import functools
import hashlib
import json
import pathlib
import sys
import time

import boto3

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "infra/stack"))

import template
from look import FUNCTIONS, access_key, data, digest, outputs, resources

# To make one takes longer than to ask it.
boto3.client, boto3.resource = functools.cache(boto3.client), functools.cache(boto3.resource)

REFUSAL = "RefusedByTheTest"


def environments(name):
    ids = resources(name)
    return {function: environment(ids[function]) for function in FUNCTIONS}


def environment(function):
    configuration = boto3.client("lambda").get_function_configuration(FunctionName=function)
    of = digest(function)
    return configuration["Environment"]["Variables"] | {
        "AWS_ACCESS_KEY_ID": access_key(of),
        "AWS_SECRET_ACCESS_KEY": hashlib.sha256(f"secret:{of}".encode()).hexdigest(),
        "AWS_SESSION_TOKEN": hashlib.sha256(f"token:{of}".encode()).hexdigest(),
    }


def stream(name, state):
    change_mapping(name, Enabled=state == "on")


def patience(name, seconds):
    change_mapping(name, MaximumRecordAgeInSeconds=int(seconds))


def change_mapping(name, **settings):
    # Which the emulator takes where AWS has a least of 60.
    client = boto3.session.Session().client("lambda", config=boto3.session.Config(parameter_validation=False))
    client.update_event_source_mapping(UUID=resources(name)["SyncOnChange"], **settings)


def bucket(name, state):
    """By the policy of the bucket, which goes before what the role of sync may do."""
    bucket, s3 = outputs(name)["SnapshotBucketName"], boto3.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [one for one in policy["Statement"] if one.get("Sid") != REFUSAL]
    if state == "closed":
        all_in_it = f"arn:aws:s3:::{bucket}/*"
        refusal = {"Sid": REFUSAL, "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": all_in_it}
        policy["Statement"].append(refusal)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def invoke(name, events):
    function, client = resources(name)["Sync"], boto3.client("lambda")
    events = json.loads(events)
    if not isinstance(events, list):
        return patient_answer(client, function, events)
    return [patient_answer(client, function, event) for event in events]


def patient_answer(client, function, event):
    """When the stream or the schedule is at it already, theirs goes first: there is one run at a time."""
    until = time.time() + 30
    while True:
        given = answer(client, function, event)
        if given["error"] != "TooManyRequestsException" or time.time() > until:
            return given
        time.sleep(0.2)


def answer(client, function, event):
    try:
        given = client.invoke(FunctionName=function, Payload=json.dumps(event))
    except client.exceptions.TooManyRequestsException:
        return {"error": "TooManyRequestsException", "answer": None}
    return {"error": given.get("FunctionError"), "answer": json.load(given["Payload"])}


def together(name, event):
    function, client = resources(name)["Sync"], boto3.client("lambda")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [pool.submit(answer, client, function, json.loads(event)) for _ in range(2)]
        return [one.result() for one in asked]


def later(name, event):
    boto3.client("lambda").invoke(FunctionName=resources(name)["Sync"], Payload=event, InvocationType="Event")


def put(name, keys):
    table = boto3.resource("dynamodb").Table(outputs(name)["TableName"])
    for pk, sk in json.loads(keys):
        table.put_item(Item={"pk": pk, "sk": sk})


def remove(name, keys):
    table = boto3.resource("dynamodb").Table(outputs(name)["TableName"])
    for pk, sk in json.loads(keys):
        table.delete_item(Key={"pk": pk, "sk": sk})


def failures(name):
    queue, client = resources(name)["SyncFailures"], boto3.client("sqs")
    received = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(message["Body"]) for message in received.get("Messages", [])]


def forget(name):
    boto3.client("sqs").purge_queue(QueueUrl=resources(name)["SyncFailures"])


def log(name, function):
    pages = boto3.client("logs").get_paginator("filter_log_events").paginate(logGroupName=resources(name)[f"{function}Log"])
    return [event["message"] for page in pages for event in page["events"]]


def runs(name):
    """The emulator has metrics of some runs alone; each has its line in the log."""
    return {function: sum(line.startswith("START ") for line in log(name, function)) for function in FUNCTIONS}


def look(name):
    return data(outputs(name))


def mend(name):
    """CloudFormation of the emulator forgets two properties of sync; its Lambda knows them."""
    ids, properties = resources(name), template.load()["Resources"]["Sync"]["Properties"]
    _, at_once, _ = properties["ReservedConcurrentExecutions"]["Fn::If"]
    boto3.client("lambda").put_function_concurrency(FunctionName=ids["Sync"], ReservedConcurrentExecutions=at_once)
    queue, _ = properties["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"]
    attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=ids[queue], AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("lambda").update_function_configuration(
        FunctionName=ids["Sync"], DeadLetterConfig={"TargetArn": attributes["QueueArn"]}
    )


commands = [
    mend, look, environments, stream, patience, bucket, invoke, together, later, put, remove, failures, forget, log, runs
]
commands = {command.__name__: command for command in commands}
for line in sys.stdin:
    command, *arguments = json.loads(line)
    print(json.dumps(commands[command](sys.argv[1], *arguments)), flush=True)
