"""A day of a newsroom with a real hub: Flask-WebSub.

    hub_day.py TASPA [CHANGES]

A subscriber finds the hub in a feed and subscribes. Articles are then written, edited and withdrawn, one after the
other (24 times, or CHANGES times; each stands for an hour). The daemon tells the hub, the hub fetches the feed and
delivers it. The subscriber must have each change before the next is made. At the end the script prints what the
hub got, and what polling would have cost.
"""

import logging
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests
from celery import Celery
from flask import Flask, request
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage, Subscriber, discover
from werkzeug.serving import make_server

CONFIG = """
[site]
title        = "Дала жаңалықтары"
url          = "https://dala.example/"
id-authority = "dala.example"
id-year      = 2026

[server]
listen     = "{daemon}"
public-url = "http://{daemon}/"
access-log = "combined"

[source.directory]
path = "articles"

[websub]
hubs = ["http://{hub}/hub"]

[auto.tags]
"""

ARTICLE = """ date 2026-01-{day:02} {title}

Наука
7
Арман Сеитов
корреспондент

{text}

#{tag}
"""

#: Seconds for which changes are joined, and what a busy machine may add to each step.
JOINED = 10
PATIENCE = 30.0

#: How often an aggregator polls a feed that has no hub, in minutes.
POLLED_EVERY = 5


@dataclass
class Delivery:
    at: float
    body: str


@dataclass
class Day:
    #: When each ping came, and its topics.
    pings: list[tuple[float, list[str]]] = field(default_factory=list)
    #: By topic.
    deliveries: dict[str, list[Delivery]] = field(default_factory=dict)
    subscribed: set[str] = field(default_factory=set)


def main(taspa: Path, changes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        live(taspa, Path(folder), changes)


def live(taspa: Path, folder: Path, changes: int) -> None:
    # Each request is in the daemon's access log.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    hub, reader, daemon = (f"127.0.0.1:{free_port()}" for _ in range(3))
    day = Day()
    articles = folder / "articles"
    articles.mkdir()
    (folder / "feeds.toml").write_text(CONFIG.format(daemon=daemon, hub=hub))
    write(articles, 0, "Утро началось тихо", "без-перемен")
    serve(hub_app(folder, day), hub)
    app, subscriber = subscriber_app(folder, day, reader)
    serve(app, reader)
    log, access = folder / "log", folder / "access"
    with log.open("w") as errors, access.open("w") as output:
        process = subprocess.Popen([taspa, "serve"], cwd=folder, stdout=output, stderr=errors)
        try:
            until("a feed", lambda: is_served(f"http://{daemon}/all.rss"))
            topics = [f"http://{daemon}/all.rss", f"http://{daemon}/tags/тема.json"]
            write(articles, 1, "Первая новость темы", "тема")
            until("a tag", lambda: is_served(topics[1]))
            subscribe(app, subscriber, day, topics)
            live_through(articles, day, changes)
        except BaseException:
            print(log.read_text(), file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(timeout=30)
    account(day, access.read_text(), changes)


def live_through(articles: Path, day: Day, changes: int) -> None:
    """Makes one change after the other; each has to be delivered to both subscriptions as the daemon then
    serves the feeds."""
    print("hour  change    pinged after  delivered after  topics")
    for hour in range(changes):
        kind = ("written", "edited", "withdrawn")[hour % 3]
        path, title = articles / f"hour-{hour - hour % 3}.txt", f"Новость часа {hour}"
        pings, begun = len(day.pings), time.monotonic()
        if kind == "withdrawn":
            path.unlink()
        else:
            write(articles, hour - hour % 3, title, "тема", path)
        gone = f"Новость часа {hour - 1}"

        def is_delivered(begun: float = begun, kind: str = kind, title: str = title, gone: str = gone) -> bool:
            last = [deliveries[-1] for deliveries in day.deliveries.values() if deliveries[-1].at > begun]
            right = [gone not in each.body if kind == "withdrawn" else title in each.body for each in last]
            return right == [True] * len(day.subscribed)

        until(f"hour {hour}: the {kind} article at the subscriber", is_delivered)
        pinged = day.pings[pings][0] - begun
        delivered = max(deliveries[-1].at for deliveries in day.deliveries.values()) - begun
        named = {topic for at, topics in day.pings[pings:] for topic in topics}
        print(f"{hour:4}  {kind:9}  {pinged:11.1f} s  {delivered:13.1f} s  {len(named):6}")
        if pinged > JOINED + 5:
            sys.exit(f"hour {hour}: the hub was told after {pinged:.1f} s")


def account(day: Day, access: str, changes: int) -> None:
    """Prints what the day has cost, and what polling would have."""
    fetched = [line for line in access.splitlines() if "python-requests" in line]
    of_all = sum('"GET /all.rss ' in line for line in fetched)
    delivered = sum(len(deliveries) for deliveries in day.deliveries.values())
    polls = 24 * 60 // POLLED_EVERY
    print(f"{changes} changes: {len(day.pings)} pings, {len(fetched)} fetches by hub and subscriber, {delivered} deliveries")
    # One fetch found the hub.
    told = of_all - 1
    print(f"/all.rss: the hub fetched it {told} times for {changes} changes, for any number of subscribers")
    print(
        f"an aggregator that polls every {POLLED_EVERY} minutes asks {polls} times a day for each feed; for a day of "
        f"{changes} changes the hub asks {told} times: {polls - told} requests a day saved for each aggregator and feed"
    )


def hub_app(folder: Path, day: Day) -> Flask:
    app = Flask("hub")
    app.config["PUBLISH_SUPPORTED"] = True
    hub = Hub(SQLite3HubStorage(str(folder / "hub.db")), eager_celery())
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))

    @app.before_request
    def note() -> None:
        if request.form.get("hub.mode") == "publish" and "hub.topic" in request.form:
            day.pings.append((time.monotonic(), request.form.getlist("hub.url")))

    return app


def eager_celery() -> Celery:
    """Tasks run in the request that asks for them."""
    celery = Celery("hub", broker="memory://", backend="cache+memory://")
    celery.conf.update(task_always_eager=True)
    return celery


def subscriber_app(folder: Path, day: Day, address: str) -> tuple[Flask, Subscriber]:
    app = Flask("subscriber")
    app.config["SERVER_NAME"] = address
    database = str(folder / "subscriber.db")
    subscriber = Subscriber(SQLite3SubscriberStorage(database), SQLite3TempSubscriberStorage(database))
    app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))

    @subscriber.add_listener
    def listen(topic: str, _callback: str, body: bytes) -> None:
        text = body if isinstance(body, str) else body.decode()
        day.deliveries.setdefault(topic, []).append(Delivery(time.monotonic(), text))

    @subscriber.add_success_handler
    def succeed(topic: str, _callback: str, _mode: str) -> None:
        day.subscribed.add(topic)

    return app, subscriber


def subscribe(app: Flask, subscriber: Subscriber, day: Day, feeds: list[str]) -> None:
    """Subscribes as any reader does: the feed itself says which hub and which topic."""
    for feed in feeds:
        found = discover(feed)
        with app.app_context():
            subscriber.subscribe(**found)
        until(f"the subscription of {feed}", lambda topic=found["topic_url"]: topic in day.subscribed)
        print(f"subscribed to {found['topic_url']} at {found['hub_url']}")


def write(articles: Path, number: int, title: str, tag: str, path: Path | None = None) -> None:
    path = path or articles / f"{number}.txt"
    text = ARTICLE.format(day=1 + number % 28, title=title, text=f"{title}: подробности.", tag=tag)
    path.write_text(text)


def serve(app: Flask, address: str) -> None:
    host, port = address.split(":")
    server = make_server(host, int(port), app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def is_served(url: str) -> bool:
    try:
        return requests.get(url, headers={"User-Agent": "look"}, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def until(what: str, holds) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"no {what} within {PATIENCE:.0f} s")
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 24)
