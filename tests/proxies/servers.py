"""The proxies: each is started with the recipe that we ship, in which only addresses and paths are others."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from functools import cache
from pathlib import Path
from typing import ClassVar

from published import PATIENCE, Client, Http2Client, await_that, free_port

RECIPES = Path(__file__).parents[2] / "examples" / "proxies"

#: What nginx is told outside of the recipe, which is a file of its `conf.d`.
NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip_types *;
    include {folder}/recipe;
}}
"""

CADDY = """
{{
    admin off
    default_bind {addresses}
    http_port {plain_port}
}}
"""


@cache
def has_ipv6() -> bool:
    """Whether there is more of it than the loopback address, on which alone hitch does not listen."""
    try:
        socket.getaddrinfo("::1", 0, flags=socket.AI_ADDRCONFIG)
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Proxy:
    """A program before the daemon."""

    program: str
    #: What else has to be installed.
    helpers: tuple[str, ...] = ()
    recipe: str
    #: Whether it speaks TLS and HTTP/2, to IPv6 as well.
    is_secure = True
    #: Whether readers that come without TLS are sent on.
    redirects = True
    #: Whether one address may not ask without end.
    limits = True
    #: Whether a tag is taspa's own in every coding.
    keeps_tags = True
    #: Whether it keeps answers.
    caches = False
    #: Whether a tag counts for every coding. A cache that has one copy for each compares tags by itself.
    knows_other_codings = True
    #: Whether it finds a tag in a list of several.
    reads_lists = True
    #: What it makes of an address with letters that are not percent-encoded, by HTTP/1.1.
    raw_letters = 200
    #: What it answers when the daemon is gone.
    without_daemon = 502
    #: Whether it asks several daemons in turn, and not each for readers of its own.
    spreads = True
    #: What readers have before the feed's own path.
    prefix = ""
    #: What of it taspa is asked with.
    kept_prefix = ""
    #: What this variant changes beside addresses.
    changes: ClassVar[dict[str, str]] = {}

    def __init__(self, folder: Path, upstream: str) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        folder.mkdir()
        self.certificate = Certificate(folder)
        recipe = replaced((RECIPES / self.recipe).read_text(), self.addresses(upstream) | self.changes)
        (folder / "recipe").write_text(recipe)
        self.client = self.asking()
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment()
            )
        try:
            await_that(self.listens, f"{self.program} listens")
        except AssertionError as failure:
            self.stop()
            raise AssertionError(f"{failure}\n{self.log.read_text()[-2000:]}") from None

    def asking(self) -> Client:
        return Client(self.port, self.certificate.trust() if self.is_secure else None)

    def asking_by_http2(self, host: str = "127.0.0.1", **source: str) -> Http2Client:
        return Http2Client(self.port, self.certificate.certificate, host, **source)

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def addresses(self, upstream: str) -> dict[str, str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        # Caddy keeps things at home.
        return os.environ | {"HOME": str(self.folder), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}

    def listens(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"{self.program} ended with {self.process.returncode}")
        return all(is_open(port) for port in self.ports())

    def ports(self) -> list[int]:
        return [self.port]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Certificate:
    """A certificate of the loopback address that only clients here trust."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key, self.both = (folder / name for name in ("cert.pem", "key.pem", "both.pem"))
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-subj", "/CN=taspa", "-addext", "subjectAltName=IP:127.0.0.1,IP:::1", "-days", "2"]
        command += ["-keyout", self.key, "-out", self.certificate]
        subprocess.run(command, check=True, capture_output=True)
        self.both.write_text(self.certificate.read_text() + self.key.read_text())

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


class Nginx(Proxy):
    program = "nginx"
    recipe = "nginx.conf"
    name = "/etc/ssl/feeds.dala.example"

    def addresses(self, upstream: str) -> dict[str, str]:
        return self.listeners() | {"server 127.0.0.1:8080;": f"server {upstream};"}

    def listeners(self) -> dict[str, str]:
        # What the recipe says about newer versions is done here.
        listen, switch = ("ssl", " http2 on;") if nginx_version() >= (1, 25, 1) else ("ssl http2", "")
        changes = {
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} {listen};{switch}",
            "listen [::]:443 ssl http2;": f"listen [::1]:{self.port} {listen};" if has_ipv6() else "",
            f"{self.name}.pem": str(self.certificate.certificate),
            f"{self.name}.key": str(self.certificate.key),
        }
        if self.redirects:
            changes["listen 80;"] = f"listen 127.0.0.1:{self.plain_port};"
            changes["listen [::]:80;"] = f"listen [::1]:{self.plain_port};" if has_ipv6() else ""
        return changes

    def command(self) -> list[str | Path]:
        # The folder is its owner's alone.
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(user=user, folder=self.folder))
        return ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"]


class CodingNginx(Nginx):
    """As many set it up who filter answers: it asks for none coded, and codes them by itself."""

    keeps_tags = False
    changes: ClassVar = {
        "gzip off;": "gzip on; gzip_proxied any;",
        "proxy_http_version 1.1;": 'proxy_http_version 1.1; proxy_set_header Accept-Encoding "";',
    }


class CachingNginx(Nginx):
    recipe = "nginx-cache.conf"
    caches = True
    knows_other_codings = False

    def addresses(self, upstream: str) -> dict[str, str]:
        return super().addresses(upstream) | {"/var/cache/nginx/taspa": f"{self.folder}/cache"}


class SeveralNginx(Nginx):
    recipe = "nginx-several.conf"

    def addresses(self, upstream: str) -> dict[str, str]:
        first, second = upstream.split(" ")
        return self.listeners() | {"10.0.0.2:8080": first, "10.0.0.3:8080": second}


class StickyNginx(SeveralNginx):
    spreads = False
    changes: ClassVar = {"#hash $remote_addr consistent;": "hash $remote_addr consistent;"}


class ComposedNginx(SeveralNginx):
    """The one of compose.yaml, which has a cache and leaves TLS to others."""

    recipe = "../compose/nginx.conf"
    is_secure = redirects = limits = False
    caches = True

    def addresses(self, upstream: str) -> dict[str, str]:
        first, second = upstream.split(" ")
        return {
            "listen 80;": f"listen 127.0.0.1:{self.port};",
            "first:8080": first,
            "second:8080": second,
            "/var/cache/nginx/taspa": f"{self.folder}/cache",
        }


class NginxOnPath(Nginx):
    recipe = "nginx-path.conf"
    name = "/etc/ssl/dala.example"
    redirects = limits = False
    prefix = kept_prefix = "/lenta"


class StrippingNginx(NginxOnPath):
    kept_prefix = ""
    changes: ClassVar = {"        proxy_pass http://taspa;": "        proxy_pass http://taspa/;"}


class Caddy(Proxy):
    program = "caddy"
    recipe = "Caddyfile"
    limits = False
    site = "feeds.dala.example"

    def addresses(self, upstream: str) -> dict[str, str]:
        sites = ", ".join(f"https://{address}:{self.port}" for address in self.loopback())
        # Without a name there is nobody to get a certificate from.
        own = f"tls {self.certificate.certificate} {self.certificate.key}"
        return {
            f"\n{self.site} {{": f"\n{sites} {{\n\t{own}",
            "proxy 127.0.0.1:8080": f"proxy {upstream.replace('unix:', 'unix/')}",
        }

    def command(self) -> list[str | Path]:
        config = self.folder / "Caddyfile"
        options = CADDY.format(addresses=" ".join(self.loopback()), plain_port=self.plain_port)
        config.write_text(options + (self.folder / "recipe").read_text())
        return ["caddy", "run", "--adapter", "caddyfile", "--config", config]

    @staticmethod
    def loopback() -> list[str]:
        return ["127.0.0.1", "[::1]"] if has_ipv6() else ["127.0.0.1"]


class CaddyOnPath(Caddy):
    recipe = "Caddyfile-path"
    site = "dala.example"
    prefix = kept_prefix = "/lenta"


class StrippingCaddy(CaddyOnPath):
    kept_prefix = ""
    changes: ClassVar = {"\thandle /lenta": "\thandle_path /lenta"}


class Varnish(Proxy):
    """With hitch before it, which has TLS."""

    program = "varnishd"
    helpers = ("hitch",)
    recipe = "varnish.vcl"
    caches = True
    knows_other_codings = False
    reads_lists = False

    def __init__(self, folder: Path, upstream: str) -> None:
        self.tls: subprocess.Popen | None = None
        self.inner_port = free_port()
        super().__init__(folder, upstream)

    def addresses(self, upstream: str) -> dict[str, str]:
        if upstream.startswith("unix:"):
            return {'.host = "127.0.0.1";': f'.path = "{upstream.removeprefix("unix:")}";', '.port = "8080";': ""}
        host, port = upstream.split(":")
        return {'.host = "127.0.0.1";': f'.host = "{host}";', '.port = "8080";': f'.port = "{port}";'}

    def command(self) -> list[str | Path]:
        self.tls = self.start_tls()
        options = ["-F", "-j", "none", "-n", self.folder / "work", "-s", "malloc,16m"]
        options += ["-p", "feature=+http2", "-p", "backend_idle_timeout=5"]
        options += ["-a", f"http=127.0.0.1:{self.plain_port}", "-a", f"tls=127.0.0.1:{self.inner_port},PROXY"]
        return ["varnishd", *options, "-f", self.folder / "recipe"]

    def start_tls(self) -> subprocess.Popen:
        frontends = [f'frontend = "[{host}]:{self.port}"' for host in ("127.0.0.1", *(["::1"] if has_ipv6() else []))]
        changes = {
            'frontend = "[*]:443"': "\n".join(frontends),
            "/etc/ssl/feeds.dala.example.pem": str(self.certificate.both),
            "[127.0.0.1]:8443": f"[127.0.0.1]:{self.inner_port}",
        }
        if os.geteuid() != 0:
            changes |= {'user  = "_hitch"': "", 'group = "_hitch"': ""}
        config = self.folder / "hitch.conf"
        config.write_text(replaced((RECIPES / "hitch.conf").read_text(), changes))
        with (self.folder / "hitch.log").open("w") as log:
            return subprocess.Popen(
                ["hitch", f"--config={config}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment()
            )

    def ports(self) -> list[int]:
        return [self.inner_port, self.port]

    def stop(self) -> None:
        super().stop()
        if self.tls:
            self.tls.terminate()
            self.tls.wait()


class Haproxy(Proxy):
    program = "haproxy"
    recipe = "haproxy.cfg"
    raw_letters = 400
    without_daemon = 503

    def addresses(self, upstream: str) -> dict[str, str]:
        first, second = (upstream.split(" ") * 2)[:2]
        # Without IPv6, a comment.
        bind = "bind [::1]" if has_ipv6() else "# "
        return {
            # The folder is its owner's alone.
            "    user  haproxy\n    group haproxy\n": "",
            "bind :80": f"bind 127.0.0.1:{self.plain_port}",
            "bind :::80": f"{bind}:{self.plain_port}",
            "bind :443 ssl": f"bind 127.0.0.1:{self.port} ssl",
            "bind :::443": f"{bind}:{self.port}",
            "/etc/ssl/feeds.dala.example.pem": str(self.certificate.both),
            "10.0.0.2:8080": first.replace("unix:", "unix@"),
            "10.0.0.3:8080": second.replace("unix:", "unix@"),
        }

    def command(self) -> list[str | Path]:
        return ["haproxy", "-db", "-f", self.folder / "recipe"]


#: Each proxy by the name of what is tried.
PROXIES: dict[str, type[Proxy]] = {
    "nginx": Nginx,
    "nginx that codes": CodingNginx,
    "nginx with a cache": CachingNginx,
    "Caddy": Caddy,
    "Varnish": Varnish,
    "HAProxy": Haproxy,
}
#: Those that have taspa on a path of a site.
ON_PATHS: dict[str, type[Proxy]] = {
    "nginx, path kept": NginxOnPath,
    "nginx, path stripped": StrippingNginx,
    "Caddy, path kept": CaddyOnPath,
    "Caddy, path stripped": StrippingCaddy,
}
#: Those that stand before two taspas.
BALANCERS: dict[str, type[Proxy]] = {
    "HAProxy": Haproxy,
    "nginx, several": SeveralNginx,
    "nginx, sticky": StickyNginx,
    "nginx of compose.yaml": ComposedNginx,
}


def missing_programs(kind: type[Proxy]) -> list[str]:
    # Servers are not in every user's path.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return [program for program in (kind.program, *kind.helpers) if shutil.which(program, path=path) is None]


@cache
def nginx_version() -> tuple[int, ...]:
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return tuple(int(part) for part in re.search(r"nginx/([0-9.]+)", said)[1].split("."))


def replaced(text: str, changes: dict[str, str]) -> str:
    """The text with other addresses, each of which must be there: the recipe is what is tried."""
    for old, new in changes.items():
        assert old in text, f"the recipe has no {old!r}"
        text = text.replace(old, new)
    return text
