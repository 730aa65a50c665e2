// mqtt.js as a device of the simulator: logs in, reports, answers one command, and prints what it has done as JSON.
// Arguments: URL client-id user password protocol-version CA-file
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [url, clientId, username, password, version, ca] = process.argv.slice(2);
const mqtt = createRequire(process.env.CLIENTS_MODULES + "/")("mqtt");
const base = `$oc/devices/${username}/sys`;
const done = { online: false, reported: false, answered: false };
const client = mqtt.connect(url, {
  clientId, username, password, protocolVersion: Number(version), clean: true, reconnectPeriod: 0, keepalive: 30,
  ca: readFileSync(ca), rejectUnauthorized: true, connectTimeout: 8000,
});
const end = (status, why) => {
  console.log(JSON.stringify({ ...done, why }));
  process.exit(status);
};
setTimeout(() => end(1, "not done in time"), 15000);
client.on("error", (e) => end(1, String(e)));
client.on("close", () => { if (!done.answered) end(1, "closed"); });
client.on("message", (topic) => {
  const id = topic.split("request_id=")[1];
  if (!topic.startsWith(`${base}/commands/`) || !id) return;
  const answer = JSON.stringify({ result_code: 0, response_name: "ok", paras: {} });
  client.publish(`${base}/commands/response/request_id=${id}`, answer, { qos: 1 }, (e) => {
    done.answered = !e;
    client.end(false, {}, () => end(e ? 1 : 0, String(e ?? "")));
  });
});
client.on("connect", () => {
  done.online = true;
  client.subscribe(`${base}/commands/#`, { qos: 1 }, (e) => {
    if (e) end(1, String(e));
    const report = JSON.stringify({ services: [{ service_id: "lamp", properties: { on: true } }] });
    client.publish(`${base}/properties/report`, report, { qos: 1 }, (e) => {
      done.reported = !e;
      if (e) end(1, String(e));
    });
  });
});
