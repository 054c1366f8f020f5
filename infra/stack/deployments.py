"""What was deployed: a record of each deployment beside the packages, so that there is a way back.

`deployments/STACK/TIME.json` in the bucket of the packages. Each record names the deployment to go back to, the last one
before it that answered well. So going back twice goes further back, and never to one that did not answer.

A record is written before the stack is changed: `begun`, then `deployed`, then `answers`. What CloudFormation undid by itself
leaves none.
"""

import json
import time

from botocore.exceptions import ClientError

from changes import template_key
from packages import FUNCTIONS
from template import Refused

# The token of today must count after the way back, so this is always what auth answers now.
NOT_CHOSEN = "TokenPublicKeys"


def way_back(last):
    """Key of the record to which a deployment after `last` leads back."""
    if last is None:
        return None
    return last["key"] if last["state"] == "answers" else last["before"]


def says(record, template, parameters):
    """Whether a record is of this deployment."""
    return record is not None and (record["template"], record["parameters"]) == (template, _chosen(parameters))


def show(last, target):
    """What differs; packages by their function, as their keys say nothing."""
    old, new = last["parameters"], target["parameters"]
    differ = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    packages = [name for name in differ if name.removesuffix("Code") in FUNCTIONS]
    for name in differ:
        if name not in packages:
            print(f"  {name}: {old.get(name)!r} becomes {new.get(name)!r}")
    if packages:
        print(f"  other packages: {', '.join(name.removesuffix('Code') for name in packages)}")
    if last["template"] != target["template"]:
        print("  another template")


def _chosen(parameters):
    return {name: value for name, value in parameters.items() if name != NOT_CHOSEN}


class Deployments:
    """Those of one stack."""

    def __init__(self, s3, bucket, stack):
        self.s3, self.bucket, self.prefix = s3, bucket, f"deployments/{stack}/"

    def last(self):
        """The record of the present deployment; `None` without one."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        return self.read(max(keys)) if keys else None

    def read(self, key):
        return json.load(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"]) | {"key": key}

    def begin(self, template, given, before):
        """Keeps what is about to be deployed."""
        now = time.time()
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03}Z"
        parameters = _chosen(given)
        return self._write(
            {"key": f"{self.prefix}{at}.json", "time": at, "template": template, "parameters": parameters, "before": before},
            "begun",
        )

    def deployed(self, record, parameters):
        """Notes that the stack is so, with all its parameters: those too that nobody gave."""
        return self._write(record | {"parameters": _chosen(parameters)}, "deployed")

    def answers(self, record):
        if record["state"] != "answers":
            self._write(record, "answers")

    def forget(self, record):
        self.s3.delete_object(Bucket=self.bucket, Key=record["key"])

    def _write(self, record, state):
        record = record | {"state": state}
        body = json.dumps({name: value for name, value in record.items() if name != "key"}, indent=2, sort_keys=True)
        self.s3.put_object(Bucket=self.bucket, Key=record["key"], Body=body.encode(), ContentType="application/json")
        return record

    def check(self, record):
        """That what it was made of is still there."""
        parameters = record["parameters"]
        made_of = [template_key(record["template"])] + [parameters[f"{function}Code"] for function in FUNCTIONS]
        for key in made_of:
            try:
                self.s3.head_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                raise Refused(f"the deployment of {record['time']} cannot come back: {key} is no longer in {self.bucket}")
