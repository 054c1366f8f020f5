"""The template as Python sees it, and parameters that it refuses."""

import pathlib
import re

import yaml

PATH = pathlib.Path(__file__).parent.parent / "template.yaml"


class Refused(Exception):
    """What is asked for cannot be; the message says what to do."""


def _tagged(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    kind = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return {name: kind(node, deep=True)}


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_multi_constructor("!", _tagged)


def load():
    return yaml.load(PATH.read_text(), _Loader)


def parse(words):
    """`Name=Value` words as a dictionary."""
    wrong = [word for word in words if "=" not in word]
    if wrong:
        raise Refused(f"{wrong[0]!r} is no parameter; write Name=Value")
    return dict(word.split("=", 1) for word in words)


def check(given, present, region):
    """Refuses what CloudFormation would refuse after the build. `present` is what the stack has now, `given` what changes."""
    template = load()
    declared = template["Parameters"]
    filled_in = [group for group in _groups(template) if group["Label"]["default"].startswith("Filled in")][0]["Parameters"]
    values = {}
    for name in given:
        if name not in declared:
            raise Refused(f"there is no parameter {name}; there are {', '.join(n for n in declared if n not in filled_in)}")
    for name, rules in declared.items():
        value = given.get(name, present.get(name, rules.get("Default")))
        if value is None:
            continue  # Filled in after the build.
        values[name] = str(value)
        _check_value(name, str(value), rules)
    values["AWS::Region"] = region
    for rule in template["Rules"].values():
        if _holds(rule["RuleCondition"], values):
            for assertion in rule["Assertions"]:
                if not _holds(assertion["Assert"], values):
                    raise Refused(assertion["AssertDescription"])


def _groups(template):
    return template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]


def _check_value(name, value, rules):
    wrong = f"{name}={value!r} is refused: "
    if "AllowedValues" in rules and value not in map(str, rules["AllowedValues"]):
        raise Refused(f"{wrong}it must be one of {', '.join(map(str, rules['AllowedValues']))}")
    if not re.fullmatch(rules.get("AllowedPattern", ".*"), value, re.DOTALL):
        raise Refused(wrong + rules.get("ConstraintDescription", f"it must match {rules.get('AllowedPattern')}"))
    if rules["Type"] == "Number":
        if not re.fullmatch("[0-9]+", value):
            raise Refused(f"{wrong}it must be a whole number")
        least, most = rules.get("MinValue", 0), rules.get("MaxValue", float("inf"))
        if not least <= int(value) <= most:
            raise Refused(f"{wrong}it must lie between {least} and {most}")


def _holds(condition, values):
    (name, parts), = condition.items()
    if name == "Fn::Not":
        return not _holds(parts[0], values)
    if name == "Fn::And":
        return all(_holds(part, values) for part in parts)
    if name == "Fn::Equals":
        left, right = (str(values[part["Ref"]] if isinstance(part, dict) else part) for part in parts)
        return left == right
    raise NotImplementedError(name)
