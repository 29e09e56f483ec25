"""Which addresses may be dialled: public ones, and private ones that an administrator permits.

`ipaddress.is_private` lets cloud metadata, NAT64 and 6to4 pass on Python 3.11, so the list is
explicit. Source: the IANA special-purpose address registries, and the clouds' documentation.
"""

from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Not even a declared connection opens these.
NEVER: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this network"; Linux dials itself
        "169.254.169.254/32",  # metadata: AWS, Google, Azure, DigitalOcean, OpenStack
        "169.254.170.2/32",  # credentials of AWS ECS tasks
        "169.254.170.23/32",  # credentials of AWS EKS pods
        "100.100.100.200/32",  # metadata: Alibaba
        "168.63.129.16/32",  # Azure's platform address, in a public range
        "192.0.0.192/32",  # metadata: Oracle, classic
        "224.0.0.0/4",  # multicast
        "255.255.255.255/32",  # broadcast
        "::/128",
        "fd00:ec2::254/128",  # metadata: AWS over IPv6
        "fd00:ec2::23/128",  # credentials of AWS EKS pods
        "fd20:ce::254/128",  # metadata: Google over IPv6
        "ff00::/8",  # multicast
    )
)

NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",  # reserved
        "::/96",  # unspecified, loopback, the old IPv4-compatible form
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",  # discard
        "2001:2::/48",  # benchmarking
        "2001:db8::/32",  # documentation
        "2001:10::/28",  # ORCHID
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",  # the old site-local form
    )
)

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
ISATAP_MARKS = (0x00005EFE, 0x02005EFE)


def refusal(address: str, permitted: Iterable[Network] = ()) -> str:
    """Why this address may not be dialled, as the end of a sentence; empty if it may.

    `permitted` are the ranges of a declared connection; an address that carries another one
    inside (mapped, NAT64, 6to4, Teredo, ISATAP) is judged by every layer.
    """
    if "%" in address:
        return f"{address} names a network interface"
    try:
        outermost = ip_address(address)
    except ValueError:
        return f"{address} is no IP address"
    permitted = tuple(permitted)
    for layer in _layers(outermost):
        if _within(layer, NEVER):
            return f"{layer} is never allowed"
        if not _is_public(layer) and not _within(layer, permitted):
            return f"{layer} is not a public address"
    return ""


def _layers(address: Address) -> Iterator[Address]:
    """The address as routed and every IPv4 address that is wrapped in it."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
        return
    if address not in NAT64:
        yield address
    yield from _wrapped(address)


def _wrapped(address: IPv6Address) -> Iterator[IPv4Address]:
    number = int(address)
    if address in NAT64 or (number >> 32) & 0xFFFFFFFF in ISATAP_MARKS:
        yield IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return not _within(address, NOT_PUBLIC)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(network.version == address.version and address in network for network in networks)
