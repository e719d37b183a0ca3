from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.channel_layers import redis_layer

SECRET = "s" * 40


def test_every_address_has_deadlines_of_its_own():
    layer = redis_layer(["redis://one:6379/0", "rediss://:p%40ss@two/1"], secret=SECRET)

    hosts = layer["CONFIG"]["hosts"]
    assert [host["address"] for host in hosts] == ["redis://one:6379/0", "rediss://:p%40ss@two/1"]
    for host in hosts:
        assert 0 < host["socket_timeout"] <= 5
        assert 0 < host["socket_connect_timeout"] <= 5
        assert host["health_check_interval"] > 0


def test_installations_with_different_secrets_do_not_hear_each_other():
    prefixes = [
        redis_layer(["redis://shared"], secret=secret)["CONFIG"]["prefix"] for secret in (SECRET, SECRET, "t" * 40)
    ]

    assert prefixes[0] == prefixes[1] != prefixes[2]
    assert SECRET not in prefixes[0]


@pytest.mark.parametrize(
    "url", ["localhost:6379", "http://localhost", "redis://", "redis://host:no", "redis://host:0", "unix://", ""]
)
def test_other_addresses_are_refused_without_repeating_them(url):
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must look like") as refused:
        redis_layer(["redis://good", url], secret=SECRET)

    assert not url or url not in str(refused.value).replace("redis://:password@host:port/0", "")


def test_a_socket_file_is_an_address():
    assert redis_layer(["unix:///run/redis.sock"], secret=SECRET)["CONFIG"]["hosts"][0]["address"] == (
        "unix:///run/redis.sock"
    )
