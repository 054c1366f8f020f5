"""Change sets: made, shown, executed."""

import hashlib
import time

from botocore.exceptions import ClientError

from template import PATH, Refused

# Where the data is, and the keys of the tokens.
HOLDS_DATA = {"Table", "SnapshotBucket", "SiteBucket", "TokenKeys"}


def describe(cloudformation, name):
    """The stack; `None` when there is none, or only the shell of one whose first change set was not executed."""
    try:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE") else stack


def parameters(stack):
    return {one["ParameterKey"]: one["ParameterValue"] for one in (stack or {}).get("Parameters", [])}


def outputs(stack):
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def apply(cloudformation, name, template_url, given, confirm):
    """Brings the stack to the template with these parameters; what it has and nobody gives stays."""
    stack = describe(cloudformation, name)
    if stack and stack["StackStatus"] == "ROLLBACK_COMPLETE":
        # Its first creation failed: there is nothing in it, and CloudFormation lets nobody go on with it.
        delete(cloudformation, name)
        stack = None
    values = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    declared = {one["ParameterKey"] for one in cloudformation.get_template_summary(**template_url)["Parameters"]}
    kept = declared & parameters(stack).keys() - given.keys()
    change_set = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=f"berth-{int(time.time() * 1000)}",
        ChangeSetType="UPDATE" if stack else "CREATE",
        Parameters=values + [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)],
        Capabilities=["CAPABILITY_IAM"],
        **template_url,
    )["Id"]
    changes = _await_change_set(cloudformation, change_set)
    if not changes:
        cloudformation.delete_change_set(ChangeSetName=change_set)
        print("nothing changes")
        return describe(cloudformation, name)
    _show(changes)
    lost = sorted(HOLDS_DATA & {change["LogicalResourceId"] for change in changes if _verb(change) in ("Replace", "Remove")})
    if lost:
        cloudformation.delete_change_set(ChangeSetName=change_set)
        raise Refused(f"nothing was changed: data is in {', '.join(lost)}, which would be replaced or removed")
    if not confirm():
        cloudformation.delete_change_set(ChangeSetName=change_set)
        raise Refused("nothing was changed")
    began = time.time()
    cloudformation.execute_change_set(ChangeSetName=change_set)
    stack = _await_stack(cloudformation, name)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        for event in _failures(cloudformation, name, began):
            print(f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}")
        reason = stack.get("StackStatusReason") or "see above"
        raise Refused(f"the stack is {stack['StackStatus']}, as it was before: {reason}")
    return stack


def upload_template(s3, bucket):
    """Its digest, by which it stays in the bucket."""
    content = PATH.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    s3.put_object(Bucket=bucket, Key=template_key(digest), Body=content)
    return digest


def template_key(digest):
    return f"template/{digest}.yaml"


def template_at(s3, bucket, digest):
    """The template is larger than a call may be, so it is read from the bucket."""
    return {"TemplateURL": f"{s3.meta.endpoint_url}/{bucket}/{template_key(digest)}"}


def _await_change_set(cloudformation, change_set):
    while True:
        answer = cloudformation.describe_change_set(ChangeSetName=change_set)
        if answer["Status"] == "FAILED":
            reason = answer.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates are to be performed" in reason:
                return []
            raise Refused(f"CloudFormation refuses the change: {reason}")
        if answer["Status"] == "CREATE_COMPLETE":
            changes = answer["Changes"]
            while "NextToken" in answer:
                answer = cloudformation.describe_change_set(ChangeSetName=change_set, NextToken=answer["NextToken"])
                changes += answer["Changes"]
            return [change["ResourceChange"] for change in changes]
        time.sleep(_pause(cloudformation))


def _await_stack(cloudformation, name):
    while True:
        stack = describe(cloudformation, name)
        if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(_pause(cloudformation))


def delete(cloudformation, name):
    cloudformation.delete_stack(StackName=name)
    stack = _await_stack(cloudformation, name)
    if stack is not None:
        raise Refused(f"the stack is {stack['StackStatus']}: see its events")


def _pause(cloudformation):
    return 5 if ".amazonaws." in cloudformation.meta.endpoint_url else 0.1


def _failures(cloudformation, name, began):
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return [one for one in events if one["ResourceStatus"].endswith("_FAILED") and one["Timestamp"].timestamp() >= began]


def _show(changes):
    counts = {}
    for change in changes:
        counts.setdefault(_verb(change), []).append(change["LogicalResourceId"])
    for verb, names in counts.items():
        print(f"{verb} {len(names)}: {', '.join(sorted(names))}")


def _verb(change):
    return "Replace" if change["Action"] == "Modify" and change.get("Replacement") == "True" else change["Action"]
