"""What this machine is called by others, and what a public address says."""

from __future__ import annotations

import ipaddress
import socket
import struct
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# The Linux request number for "address of this interface"; elsewhere only the default route's address is found.
_SIOCGIFADDR = 0x8915


def network_address() -> str:
    """Return the address phones on the same network reach this machine at, or loopback when there is no network.

    Connecting a datagram socket only chooses the route: nothing is sent.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def own_hosts() -> list[str]:
    """Return every name and address by which this machine may be asked, without asking a name server."""
    name = socket.gethostname()
    hosts = [*LOOPBACK, network_address(), *_interface_addresses(), name, f"{name.partition('.')[0]}.local"]
    return list(dict.fromkeys(host.lower() for host in hosts))


def _interface_addresses() -> list[str]:
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        return []
    addresses = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, interface in socket.if_nameindex():
            request = struct.pack("256s", interface.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue
            addresses.append(socket.inet_ntoa(answer[20:24]))
    return addresses


def in_url(host: str) -> str:
    """Return the host as it stands in a URL and in a Host header: IPv6 addresses in brackets."""
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def parse_origin(name: str, text: str) -> tuple[str, str]:
    """Return the origin (`https://host:port`) and the host of an address, or refuse it by the variable's name."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1 or not bare:
        raise ImproperlyConfigured(f"{name} must look like https://polls.example.org, not {text!r}.")
    host = in_url(parts.hostname)
    default_port = 443 if parts.scheme == "https" else 80
    shown_port = "" if port in {None, default_port} else f":{port}"
    return f"{parts.scheme}://{host}{shown_port}", host


def parse_proxies(name: str, entries: list[str]) -> list[str]:
    """Return the addresses and networks of proxies, or refuse them by the variable's name.

    The server would take anything: a misspelt network would silently trust nobody, and `*` whoever writes a header.
    """
    for entry in entries:
        try:
            ipaddress.ip_network(entry)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} takes addresses and networks of proxies like 10.0.0.7 or 10.0.0.0/24, not {entry!r}."
            ) from error
    return entries
