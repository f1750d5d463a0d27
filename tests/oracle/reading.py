"""YAML 1.2 as plain values."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml


class _Yaml12(yaml.SafeLoader):
    """The types of YAML 1.2's core schema: `on`, `no`, `21:00` and dates stay text."""


_Yaml12.yaml_implicit_resolvers = {}


for _tag, _pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    _Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})\\Z"), None)
_Yaml12.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))  # 010 is ten, not octal


def read_yaml(text: Any) -> Any:
    """What stands in the text; what is no text is given back. JSON is YAML too, and sooner read."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, _Yaml12)


def listed(value: Any) -> list[Any]:
    """One or several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
