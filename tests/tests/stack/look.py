"""What the test sees of an account beside the API: prints JSON.

    look.py data NAME       the table and the buckets of a stack: items, what the pointer of the snapshot says, what of it is
                            missing, and gaps between the serials
    look.py data-of NAMES   the same by the names that `data` gave, for a stack that is gone
    look.py actions NAME    what each function may do, of all that is tried with the credentials of its role
    look.py items NAME      which kinds of items each function reached, and those of them that its role does not name
"""

import fnmatch
import hashlib
import json
import sys
import time

import boto3
from botocore.exceptions import ClientError


def outputs(name):
    stack = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def data(names):
    table = boto3.resource("dynamodb").Table(names["TableName"])
    keys = [f"{item['pk']} {item['sk']}" for item in table.scan(ConsistentRead=True)["Items"]]
    counter = table.get_item(Key={"pk": "SERIAL", "sk": "SERIAL"}, ConsistentRead=True).get("Item", {})
    s3 = boto3.client("s3")
    objects = [one["Key"] for one in s3.list_objects_v2(Bucket=names["SnapshotBucketName"]).get("Contents", [])]
    pointer = None
    if "pointer.json" in objects:
        pointer = json.load(s3.get_object(Bucket=names["SnapshotBucketName"], Key="pointer.json")["Body"])
    serial = int(counter.get("serial", 0))
    return {
        "names": names,
        "keys": keys,
        "serial": serial,
        "objects": objects,
        "pointer": pointer,
        "missing": [key for key in named(pointer) if key not in objects],
        "gaps": gaps(keys, serial),
    }


def named(pointer):
    """The objects that a pointer names."""
    return [] if pointer is None else [f"index/{pointer['index']}", f"search/{pointer['search']}"] + [export["key"] for export in pointer["exports"]]


def gaps(keys, serial):
    """Serials without a change record, and change records without a serial."""
    records = {int(key.split(" ")[1]) for key in keys if key.startswith("CHANGES#")}
    return sorted(records ^ set(range(1, serial + 1)))


FUNCTIONS = ["ListServers", "GetServer", "Search", "Publish", "Auth", "VerifyDomain", "Sync"]


def resources(name):
    found = boto3.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


def actions(name):
    names, ids = outputs(name), resources(name)
    return {
        function: [title for title, call in attempts(session(ids[function]), names, ids).items() if is_allowed(call)]
        for function in FUNCTIONS
    }


def items(name):
    ids = resources(name)
    created = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["CreationTime"]
    seen = {}
    for function in FUNCTIONS:
        signed = calls(access_key(digest(ids[function])), int(created.timestamp()), int(time.time()) + 1)
        reached = sorted({pair for call in signed for pair in keys(*call)})
        statements = role_statements(ids[f"{function}Role"])
        foreign = [f"{action} {key}" for action, key in reached if not names_key(statements, action, key)]
        kinds = {f"{action} {key.split('#')[0]}" for action, key in reached}
        seen[function] = {"kinds": sorted(kinds), "foreign": foreign}
    return seen


def calls(key, begin, end):
    """Calls of the table that were signed with an access key, between two seconds. The emulator tells the last 50 of a
    time, and no more."""
    attributes = [
        {"AttributeKey": "AccessKeyId", "AttributeValue": key},
        {"AttributeKey": "EventSource", "AttributeValue": "dynamodb.amazonaws.com"},
    ]
    trail = boto3.client("cloudtrail")
    events = trail.lookup_events(LookupAttributes=attributes, StartTime=begin, EndTime=end)["Events"]
    if len(events) == 50 and end - begin > 1:
        middle = (begin + end) // 2
        return calls(key, begin, middle) + calls(key, middle, end)
    records = [json.loads(event["CloudTrailEvent"]) for event in events]
    return [(record["eventName"], record["requestParameters"]) for record in records]


def keys(action, request):
    """The action, as IAM has it, on each partition that a call reaches."""
    pk = lambda item: item["pk"]["S"]
    if action == "TransactWriteItems":
        for entry in request["TransactItems"]:
            (kind, part), = entry.items()
            yield f"{kind}Item", pk(part.get("Key") or part["Item"])
    elif action == "BatchGetItem":
        for table in request["RequestItems"].values():
            yield from ((action, pk(key)) for key in table["Keys"])
    elif action == "Query":
        yield action, request["ExpressionAttributeValues"][":pk"]["S"]
    else:
        yield action, pk(request.get("Key") or request["Item"])


def role_statements(role):
    iam = boto3.client("iam")
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"] for policy in policies]
    return [statement for document in documents for statement in document["Statement"]]


def names_key(statements, action, key):
    for statement in statements:
        patterns = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
        if f"dynamodb:{action}" in statement["Action"] and any(fnmatch.fnmatchcase(key, one) for one in patterns):
            return True
    return False


def digest(function):
    """Of what the emulator makes a function's credentials: the two ARNs. It has them on record since the function ran."""
    configuration = boto3.client("lambda").get_function_configuration(FunctionName=function)
    return hashlib.sha256(f"{configuration['FunctionArn']}:{configuration['Role']}".encode()).hexdigest()


def access_key(of):
    return f"ASIA{of[:16].upper()}"


def session(function):
    of = digest(function)
    return boto3.session.Session(
        aws_access_key_id=access_key(of),
        aws_secret_access_key=hashlib.sha256(f"secret:{of}".encode()).hexdigest(),
        aws_session_token=hashlib.sha256(f"token:{of}".encode()).hexdigest(),
    )


def attempts(role, names, ids):
    table, bucket, site = names["TableName"], names["SnapshotBucketName"], names["SiteBucketName"]
    db, s3 = role.client("dynamodb"), role.client("s3")
    key = {"pk": {"S": "TRIED#x"}, "sk": {"S": "x"}}
    one = {"TableName": table, "Key": key}
    query = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "TRIED#x"}}}
    put = {"Put": {"TableName": table, "Item": key}}
    record = {"Name": "x.example", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
    zone = {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}}
    return {
        "GetItem": lambda: db.get_item(**one),
        "BatchGetItem": lambda: db.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "Query": lambda: db.query(TableName=table, **query),
        "Scan": lambda: db.scan(TableName=table, Limit=1),
        "PutItem": lambda: db.put_item(TableName=table, Item=key),
        "PutItem in a transaction": lambda: db.transact_write_items(TransactItems=[put]),
        "UpdateItem": lambda: db.update_item(**one),
        "DeleteItem": lambda: db.delete_item(**one),
        "BatchWriteItem": lambda: db.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": key}}]}),
        "DescribeTable": lambda: db.describe_table(TableName=table),
        "UpdateTable": lambda: db.update_table(TableName=table, DeletionProtectionEnabled=False),
        "DeleteTable": lambda: db.delete_table(TableName=table),
        "ListTables": lambda: db.list_tables(),
        "GetObject pointer.json": lambda: s3.get_object(Bucket=bucket, Key="pointer.json"),
        "GetObject blocks/x": lambda: s3.get_object(Bucket=bucket, Key="blocks/x"),
        "GetObject exports/x": lambda: s3.get_object(Bucket=bucket, Key="exports/x"),
        "GetObject x": lambda: s3.get_object(Bucket=bucket, Key="x"),
        "PutObject blocks/x": lambda: s3.put_object(Bucket=bucket, Key="blocks/x", Body=b"x"),
        "PutObject exports/x": lambda: s3.put_object(Bucket=bucket, Key="exports/x", Body=b"x"),
        "PutObject x": lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"x"),
        "DeleteObject blocks/x": lambda: s3.delete_object(Bucket=bucket, Key="blocks/x"),
        "DeleteObject pointer.json": lambda: s3.delete_object(Bucket=bucket, Key="pointer.json"),
        "ListBucket": lambda: s3.list_objects_v2(Bucket=bucket),
        "GetObject of the site": lambda: s3.get_object(Bucket=site, Key="index.html"),
        "PutObject of the site": lambda: s3.put_object(Bucket=site, Key="index.html", Body=b"x"),
        "GetSecretValue": lambda: role.client("secretsmanager").get_secret_value(SecretId=names["TokenKeysArn"]),
        "PutSecretValue": lambda: role.client("secretsmanager").put_secret_value(
            SecretId=names["TokenKeysArn"], SecretString="x"
        ),
        "SendMessage": lambda: role.client("sqs").send_message(QueueUrl=ids["SyncFailures"], MessageBody="x"),
        "ReceiveMessage": lambda: role.client("sqs").receive_message(QueueUrl=ids["SyncFailures"]),
        "Invoke": lambda: role.client("lambda").invoke(FunctionName=ids["Sync"], InvocationType="DryRun"),
        "UpdateFunctionConfiguration": lambda: role.client("lambda").update_function_configuration(
            FunctionName=ids["Sync"], Description="x"
        ),
        "PutRolePolicy": lambda: role.client("iam").put_role_policy(
            RoleName=ids["AuthRole"], PolicyName="x", PolicyDocument="{}"
        ),
        "ChangeResourceRecordSets": lambda: role.client("route53").change_resource_record_sets(**zone),
    }


def is_allowed(call):
    """Whatever else comes of it: what is refused is refused before anything is looked at."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        assert code not in ("InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"), error
        return code not in ("AccessDenied", "AccessDeniedException")
    return True


commands = {
    "data": lambda name: data(outputs(name)),
    "data-of": lambda names: data(json.loads(names)),
    "actions": actions,
    "items": items,
}
if __name__ == "__main__":
    print(json.dumps(commands[sys.argv[1]](sys.argv[2])))
