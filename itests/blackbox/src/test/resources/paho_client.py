"""Drives Paho for Python by lines on standard input; ScriptPeer.java tells the form."""
import base64
import sys
import threading
from urllib.parse import parse_qs, urlencode

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

HOST, PORT, VERSION = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
V5 = VERSION == 5
PATIENCE_SECONDS = 10
output_lock = threading.Lock()
answered = threading.Event()
answer = {}


def say(verb, **arguments):
    with output_lock:
        sys.stdout.write(verb + "?" + urlencode(arguments, doseq=True) + "\n")
        sys.stdout.flush()


def wait(what):
    if not answered.wait(PATIENCE_SECONDS):
        raise TimeoutError(what)
    answered.clear()


def properties_of(kind, arguments):
    if not V5:
        return None
    properties = Properties(kind)
    if "contentType" in arguments:
        properties.ContentType = arguments["contentType"][0]
    if "responseTopic" in arguments:
        properties.ResponseTopic = arguments["responseTopic"][0]
    if "correlation" in arguments:
        properties.CorrelationData = arguments["correlation"][0].encode()
    if "expiry" in arguments:
        properties.MessageExpiryInterval = int(arguments["expiry"][0])
    if "alias" in arguments:
        properties.TopicAlias = int(arguments["alias"][0])
    for each in arguments.get("user", []):
        properties.UserProperty = tuple(each.split("=", 1))
    return properties


def on_connect(client, userdata, flags, code, properties=None):
    answer["code"] = getattr(code, "value", code)
    answer["present"] = flags.get("session present", 0) == 1
    answered.set()


def on_disconnect(client, userdata, code, properties=None):
    say("lost")


def on_message(client, userdata, message):
    arguments = {
        "topic": message.topic,
        "payload": base64.b64encode(message.payload).decode(),
        "qos": message.qos,
        "retain": "true" if message.retain else "false",
    }
    properties = getattr(message, "properties", None) if V5 else None
    for name, key in (
        ("ContentType", "contentType"),
        ("ResponseTopic", "responseTopic"),
        ("CorrelationData", "correlation"),
        ("MessageExpiryInterval", "expiry"),
        ("SubscriptionIdentifier", "id"),
    ):
        if properties is not None and hasattr(properties, name):
            arguments[key] = getattr(properties, name)
    if properties is not None and hasattr(properties, "UserProperty"):
        arguments["user"] = ["=".join(pair) for pair in properties.UserProperty]
    say("message", **arguments)


def connect(arguments):
    global client
    persistent = arguments["persistent"][0] == "true"
    own = {} if V5 else {"clean_session": not persistent}
    client = mqtt.Client(
        arguments["clientId"][0], protocol=mqtt.MQTTv5 if V5 else mqtt.MQTTv311, **own
    )
    client.on_connect = on_connect
    client.on_disconnect = on_disconnect
    client.on_message = on_message
    client.on_subscribe = lambda *ignored: answered.set()
    if "topic" in arguments:
        client.will_set(
            arguments["topic"][0],
            base64.b64decode(arguments["payload"][0]),
            int(arguments["qos"][0]),
            arguments["retain"][0] == "true",
            properties=properties_of(PacketTypes.WILLMESSAGE, arguments),
        )
    options = {}
    if V5:
        options["clean_start"] = not persistent
        options["properties"] = Properties(PacketTypes.CONNECT)
        options["properties"].SessionExpiryInterval = 600 if persistent else 0
        options["properties"].TopicAliasMaximum = int(arguments["aliases"][0])
    client.reconnect_delay_set(3600, 3600)
    client.connect(HOST, PORT, int(arguments["keepAlive"][0]), **options)
    client.loop_start()
    wait("CONNACK")
    if answer["code"] != 0:
        raise ConnectionError(answer["code"])
    say("ok", present="true" if answer["present"] else "false")


def subscribe(arguments):
    name, qos = arguments["filter"][0], int(arguments["qos"][0])
    if V5:
        properties = Properties(PacketTypes.SUBSCRIBE)
        identifier = int(arguments["identifier"][0])
        if identifier:
            properties.SubscriptionIdentifier = identifier
        client.subscribe(name, options=SubscribeOptions(qos=qos), properties=properties)
    else:
        client.subscribe(name, qos)
    wait("SUBACK")
    say("ok")


def publish(arguments):
    info = client.publish(
        arguments.get("topic", [""])[0],
        base64.b64decode(arguments.get("payload", [""])[0]),
        int(arguments["qos"][0]),
        arguments["retain"][0] == "true",
        properties=properties_of(PacketTypes.PUBLISH, arguments),
    )
    info.wait_for_publish(PATIENCE_SECONDS)
    if not info.is_published():
        raise TimeoutError("publish")
    say("ok")


def disconnect(arguments):
    client.disconnect()
    client.loop_stop()
    say("ok")


client = None
for line in sys.stdin:
    verb, _, query = line.strip().partition("?")
    try:
        {
            "connect": connect,
            "subscribe": subscribe,
            "publish": publish,
            "disconnect": disconnect,
        }[verb](parse_qs(query))
    except Exception as problem:  # whatever it is, the test shall see it
        say("error", error=repr(problem))
