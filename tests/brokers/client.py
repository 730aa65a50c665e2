"""paho as a device of the simulator: logs in, reports, answers one command.

Arguments: api(1|2) transport(tcp|tls|ws|wss) host port client-id user password protocol(4|5) CA-file
"""
import json
import sys
import threading

import paho.mqtt.client as mqtt

api, transport, host, port, client_id, user, password, protocol, ca = sys.argv[1:]
BASE = f"$oc/devices/{user}/sys"
done = threading.Event()
failed = []
answer_id = []

version = mqtt.CallbackAPIVersion.VERSION1 if api == "1" else mqtt.CallbackAPIVersion.VERSION2
client = mqtt.Client(version, client_id=client_id, protocol=mqtt.MQTTv5 if protocol == "5" else mqtt.MQTTv311,
                     transport="websockets" if transport.startswith("ws") else "tcp")
client.username_pw_set(user, password)
if transport in ("tls", "wss"):
    client.tls_set(ca)
if transport.startswith("ws"):
    client.ws_set_options(path="/mqtt")


def on_connect(client, userdata, flags, code, *rest):
    if (code.is_failure if hasattr(code, "is_failure") else code != 0):
        failed.append(f"CONNACK {code}")
        done.set()
        return
    client.subscribe(f"{BASE}/commands/#", qos=1)


def on_subscribe(client, *rest):
    client.publish(f"{BASE}/properties/report", json.dumps({"services": [{"service_id": "lamp", "properties": {"on": True}}]}), qos=1)


def on_message(client, userdata, message):
    if "/commands/request_id=" in message.topic:
        request = message.topic.split("request_id=")[1]
        body = json.dumps({"result_code": 0, "response_name": "ok", "paras": {}})
        answer_id.append(client.publish(f"{BASE}/commands/response/request_id={request}", body, qos=1).mid)


def on_publish(client, userdata, mid, *rest):
    if mid in answer_id:
        done.set()


client.on_connect, client.on_subscribe, client.on_message, client.on_publish = on_connect, on_subscribe, on_message, on_publish
client.connect(host, int(port), keepalive=30)
client.loop_start()
in_time = done.wait(15)
client.disconnect()
client.loop_stop()
if failed or not in_time:
    sys.exit(f"failed: {failed or 'not done in time'}")
