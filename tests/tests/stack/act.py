"""What the test does to an account, past the registry's own scripts: prints JSON.

    act.py parameter NAME KEY=VALUE   another value of a parameter, without the smoke test, which publishes
    act.py put BUCKET KEY BASE64      an object
    act.py get BUCKET KEY             what is in an object, in base64
    act.py policy BUCKET              who may do what with a bucket
    act.py function-url NAME FUNCTION gives a function of a stack a URL of its own; its id
    act.py package BINARIES DIRECTORY packages of the functions, of their binaries
    act.py purged NAME                what CloudFront was told to drop
    act.py origin NAME                the distribution asks the API at the emulator's own address; its host
"""

import base64
import json
import os
import pathlib
import sys
import time
import urllib.parse

import boto3


def resource(name, logical):
    found = boto3.client("cloudformation").describe_stack_resource(StackName=name, LogicalResourceId=logical)
    return found["StackResourceDetail"]["PhysicalResourceId"]


def parameter(name, assignment):
    cloudformation = boto3.client("cloudformation")
    describe = lambda: cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    key, value = assignment.split("=", 1)
    others = [one["ParameterKey"] for one in describe()["Parameters"] if one["ParameterKey"] != key]
    cloudformation.update_stack(
        StackName=name,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": key, "ParameterValue": value}]
        + [{"ParameterKey": other, "UsePreviousValue": True} for other in others],
        Capabilities=["CAPABILITY_IAM"],
    )
    while describe()["StackStatus"].endswith("_IN_PROGRESS"):
        time.sleep(0.1)
    return describe()["StackStatus"]


def put(bucket, key, content):
    kinds = {"html": "text/html", "json": "application/json"}
    kind = kinds.get(key.rpartition(".")[2], "application/octet-stream")
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=base64.b64decode(content), ContentType=kind)


def get(bucket, key):
    return base64.b64encode(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).decode()


def policy(bucket):
    return json.loads(boto3.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])


def function_url(name, function):
    functions, function = boto3.client("lambda"), resource(name, function)
    functions.add_permission(
        FunctionName=function,
        StatementId="anybody",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    url = functions.create_function_url_config(FunctionName=function, AuthType="NONE")["FunctionUrl"]
    return urllib.parse.urlsplit(url).hostname.partition(".")[0]


def package(binaries, directory):
    sys.path.insert(0, "infra/stack")
    import packages

    os.makedirs(directory, exist_ok=True)
    for file in os.listdir(directory):
        os.remove(os.path.join(directory, file))
    for function, content in packages.bundle(binaries).items():
        pathlib.Path(directory, f"{packages.FUNCTIONS[function]}.zip").write_bytes(content)


def origin(name):
    """CloudFront of the emulator asks no host of AWS, not even one that it plays itself."""
    cloudfront, distribution = boto3.client("cloudfront"), resource(name, "Distribution")
    answer = cloudfront.get_distribution_config(Id=distribution)
    here = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
    for one in answer["DistributionConfig"]["Origins"]["Items"]:
        if one["Id"] == "api":
            one["DomainName"] = here.hostname
            one["OriginPath"] = f"/_aws/execute-api/{resource(name, 'Api')}/$default"
            one["CustomOriginConfig"] |= {"HTTPPort": here.port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    cloudfront.update_distribution(
        Id=distribution, IfMatch=answer["ETag"], DistributionConfig=answer["DistributionConfig"]
    )
    return cloudfront.get_distribution(Id=distribution)["Distribution"]["DomainName"]


def purged(name):
    cloudfront, distribution = boto3.client("cloudfront"), resource(name, "Distribution")
    listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    purge = lambda id: cloudfront.get_invalidation(DistributionId=distribution, Id=id)["Invalidation"]
    return [path for one in listed for path in purge(one["Id"])["InvalidationBatch"]["Paths"]["Items"]]


commands = {
    "parameter": parameter,
    "put": put,
    "get": get,
    "policy": policy,
    "function-url": function_url,
    "package": package,
    "purged": purged,
    "origin": origin,
}
print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
