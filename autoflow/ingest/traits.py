"""Traits of the Segment spec under the names of our attributes."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "firstName": "first_name",
    "lastName": "last_name",
    "createdAt": "created_at",
    "postalCode": "postal_code",
    "timeZone": "timezone",
    "ownerEmail": "owner_email",
}
_ADDRESS = {
    "city": "city",
    "country": "country",
    "postalCode": "postal_code",
    "state": "region",
    "street": "street",
}
_RESHAPED = frozenset({*_NAMES, "address", "company", "email"})


def attributes_of(traits: dict[str, Any]) -> dict[str, Any]:
    """Traits as attributes: `firstName` becomes `first_name`, `address.city` becomes `city`, others stay.

    A company told as an object gives its name. What is told under our own name wins. None unsets.
    """
    if _RESHAPED.isdisjoint(traits):
        return traits
    found: dict[str, Any] = {}
    for name, value in traits.items():
        if name == "address" and isinstance(value, dict):
            for part, inner in value.items():
                if part in _ADDRESS:
                    found.setdefault(_ADDRESS[part], inner)
        elif name in _NAMES:
            found.setdefault(_NAMES[name], value)
        elif name == "company" and isinstance(value, dict):
            found["company"] = value.get("name")
        elif name == "email" and isinstance(value, str):
            found["email"] = value.strip()
        else:
            found[name] = value
    return found
