"""Which addresses of the network are public: where calls may go that a recipe makes."""

from __future__ import annotations

# `ipaddress` is imported where it is used, so that `check` starts faster.


def is_address(host: str) -> bool:
    """Whether a host is written as an address of IPv4 or IPv6 and not as a name."""
    import ipaddress

    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an address, of IPv4 or IPv6, is one of the open network.

    Private, loopback, link-local, multicast and reserved ones are not, nor IPv6 addresses that stand for such a
    one of IPv4. Raises `ValueError` for what is no address.
    """
    import ipaddress

    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in ipaddress.ip_network("64:ff9b::/96"):  # a translator's: the last four bytes are IPv4
            inner = ipaddress.IPv4Address(found.packed[-4:])
        if inner is not None:
            return is_public(str(inner))
        if found.scope_id is not None or found.is_site_local:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_link_local)
