# A node of libtorrent's DHT on loopback, told what to do by lines of JSON and answering with lines of JSON.
# Its argument is a contact to join through, if any. It ends when its input does.

import json
import os
import sys
import tempfile
import threading

import libtorrent as lt

SETTINGS = {
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": True,
    "dht_bootstrap_nodes": sys.argv[1] if len(sys.argv) > 1 else "",
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    # All nodes of the test have one address, and ids that do not follow from it.
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_enforce_node_id": False,
    "dht_prefer_verified_node_ids": False,
    "dht_ignore_dark_internet": False,
    "dht_block_ratelimit": 10000,
    # By default it sends 8 kB a second and leaves questions beyond that unanswered, as among 40 nodes that all join at once.
    "dht_upload_rate_limit": 1000000,
    # It is there for its DHT: it dials none of the peers that it finds.
    "enable_outgoing_tcp": False,
    "enable_outgoing_utp": False,
    "alert_mask": lt.alert.category_t.status_notification
    | lt.alert.category_t.dht_notification
    | lt.alert.category_t.dht_operation_notification
    | lt.alert.category_t.dht_log_notification,
    # What does not fit is dropped without a word, and the test would wait for it.
    "alert_queue_size": 1000000,
}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def tell(alert):
    kind = type(alert).__name__
    if kind == "listen_succeeded_alert" and "uTP" in alert.message():
        say("listening", port=alert.port)
    elif kind == "dht_get_peers_reply_alert":
        say("peers", hash=str(alert.info_hash), peers=[f"{host}:{port}" for host, port in alert.peers()])
    elif kind == "dht_announce_alert":
        say("announced", hash=str(alert.info_hash), peer=f"{alert.ip}:{alert.port}")
    elif kind == "dht_log_alert":
        text = alert.message()
        if "COMPLETED" in text or "announce-peer" in text or "starting" in text:
            say("log", text=text)


def obey(session):
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "get-peers":
            session.dht_get_peers(lt.sha1_hash(bytes.fromhex(order["hash"])))
        elif order["do"] == "announce":
            # Debian's binding cannot call dht_announce, whose flags it does not know; a torrent without metadata announces
            # itself at the port that libtorrent listens at.
            wanted = lt.parse_magnet_uri("magnet:?xt=urn:btih:" + order["hash"])
            wanted.save_path = folder
            wanted.flags = lt.torrent_flags.default_flags & ~(
                lt.torrent_flags.auto_managed | lt.torrent_flags.paused
            )
            session.add_torrent(wanted).force_dht_announce()
    ended.set()


ended = threading.Event()
folder = tempfile.mkdtemp()
session = lt.session(SETTINGS)
threading.Thread(target=obey, args=(session,), daemon=True).start()
while not ended.is_set():
    session.wait_for_alert(100)
    for alert in session.pop_alerts():
        tell(alert)
os.rmdir(folder)
