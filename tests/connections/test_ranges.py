"""X6: addresses that must never be dialled, in every disguise an IP address can wear."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.ranges import refusal

HOSTILE = [
    # this machine
    "127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::1", "::",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "0:0:0:0:0:ffff:7f00:1", "::ffff:0.0.0.0",
    # private networks
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.254",
    "::ffff:10.0.0.1", "::ffff:192.168.1.1", "::ffff:172.16.5.4", "fc00::1", "fd12:3456::1",
    "fec0::1", "100.64.0.1", "100.127.255.254", "fe80::1", "fe80::1%eth0", "169.254.1.1",
    # metadata of clouds
    "169.254.169.254", "::ffff:169.254.169.254", "169.254.170.2", "169.254.170.23",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd00:ec2::23",
    "fd20:ce::254",
    # wrapped in a way through: NAT64, 6to4, Teredo, ISATAP
    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:c0a8:101::1",
    "2001:0:7f00:1::", "2001:0:53aa:64c:0:0:80ff:fffe", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:192.168.0.1",
    # nobody's
    "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255", "192.88.99.1",
    "192.0.0.8", "192.31.196.1", "192.52.193.1", "192.175.48.1", "240.0.0.1", "255.255.255.255",
    "224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1", "100::1", "2001:db8::1", "2001:2::1",
    "2001:10::1", "3fff::1", "5f00::1", "4000::1", "::ffff:224.0.0.1", "1::1",
    # no addresses at all
    "", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1/8", "2606:4700::1%lo",
]  # fmt: skip

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255",
    "100.128.0.1", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::8.8.8.8",
    "2002:808:808::1", "::ffff:8.8.8.8",
]  # fmt: skip


def test_there_are_at_least_sixty_hostile_addresses():
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("address", HOSTILE)
def test_hostile_address_is_refused(address: str):
    assert refusal(address) != ""


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address: str):
    assert refusal(address) == ""


def test_private_address_is_allowed_when_its_range_is_permitted():
    permitted = [ip_network("10.1.0.0/16")]
    assert refusal("10.1.2.3", permitted) == ""
    assert refusal("::ffff:10.1.2.3", permitted) == ""
    assert refusal("10.2.2.3", permitted) == "10.2.2.3 is not a public address"


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"]
)
def test_metadata_is_refused_when_everything_is_permitted(address: str):
    everything = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    assert refusal(address, everything).endswith("is never allowed")


@given(st.ip_addresses(v=4))
def test_mapped_address_is_judged_like_the_plain_one(address):
    assert bool(refusal(f"::ffff:{address}")) == bool(refusal(str(address)))


@given(st.ip_addresses(v=4))
def test_wrapped_address_is_refused_when_the_plain_one_is(address):
    if refusal(str(address)):
        assert refusal(f"64:ff9b::{address}") != ""
        assert refusal(f"2606:4700::5efe:{address}") != ""
