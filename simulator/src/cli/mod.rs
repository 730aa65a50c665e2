//! The command line: `iotda-sim run` and `iotda-sim ctl`.

mod args;
mod ctl;
mod device;
mod run;

use std::process::ExitCode;

const HELP: &str = "\
iotda-sim: the Huawei Cloud IoTDA platform on this machine, for tests and demos

  iotda-sim run [--config FILE] [--host IP] [--plain PORT] [--tls PORT] [--work-dir DIR] [--control SOCKET] [--quiet]
  iotda-sim ctl [--control SOCKET] [--json] COMMAND …
  iotda-sim help | --help | --version

run    serves MQTT 3.1.1 and 5 until SIGINT, SIGTERM or `ctl stop`, and prints a line per event
  --config FILE     TOML, or JSON if the name ends in .json; see simulator/examples/
  --plain, --tls    a port number, auto (a free port with 1883 / 8883 in it), ephemeral or none
  --work-dir DIR    writes conf/rootcert.pem (the platform's CA) and ports there
  --control SOCKET  listens for ctl; default: environment variable IOTDA_SIM_CONTROL, else none
  --quiet           prints no events

ctl    talks to a running platform; SOCKET defaults to the environment variable IOTDA_SIM_CONTROL
  status | stop
  events [--last N] [--follow]
  device list | add ID SECRET [--bridge] [--gateway ID] | cert ID [FINGERPRINT] | remove ID | freeze ID | unfreeze ID
  certificate NAME DIR                  issues conf/deviceCert.pem and conf/deviceCert.key into DIR
  group list | add GROUP | remove GROUP | bind GROUP DEVICE… | unbind GROUP DEVICE…
  softbus create GROUP NAME | sync GROUP | update GROUP | key GROUP [KEY] | delete GROUP
  rules [NAME=VALUE …]                  soft bus rules: redelivery_ms, new_request_id, key, rotate_key, missing_ip,
                                        push_on_online, push_on_address, answer_queries,
                                        answer_delay_ms, answer_old_list, answer_times
  set [check_login=BOOL] [implicit=BOOL] [clock_offset_s=SECONDS]
      [logins_per_second=N] [messages_per_second=N] [max_payload=BYTES]        0: no limit
  publish DEVICE TOPIC PAYLOAD|@FILE [--qos N] [--retain] [--unasked]
  command DEVICE SERVICE NAME [PARAS]   sends a command and shows its answer; PARAS is JSON
  property set DEVICE SERVICE PROPERTIES | get DEVICE [SERVICE]
                                        --timeout S (20) and --no-wait go with command, property and v3 command
  requests                              commands, property sets and gets: sent, answered, timed out or undelivered
  shadow show DEVICE | desire DEVICE SERVICE PROPERTIES
  message DEVICE TEXT [--standard] [--name NAME] [--id ID] [--topic PARAMETER]
          [--user KEY=VALUE …] [--content-type TEXT] [--response-topic TOPIC] [--correlation TEXT]   (MQTT 5)
  event DEVICE SERVICE TYPE [PARAS]     any event, for example $log log_config '{\"switch\":\"on\"}'
  child list GATEWAY | add GATEWAY NODE PRODUCT [--name NAME] | delete DEVICE
  bridge list BRIDGE | disconnect DEVICE
  scope add SCOPE SECRET                a provisioning scope with its group secret in Base64
  v3 command DEVICE SERVICE CMD [PARAS] | binary DEVICE PAYLOAD
  disconnect DEVICE [--how close|reset|half|CODE]   CODE: an MQTT 5 reason code
  fault add|now NAME=VALUE …            now needs device=ID; names: device, times, silent, close_on_accept, refuse,
                                        delay_connack_ms, no_connack, session_present, cut_after_packets_in,
                                        cut_after_publishes_in, cut_after_packets_out, cut_after_bytes_in,
                                        cut_after_bytes_out, cut, withhold_puback, duplicate_puback, puback_reason,
                                        suback_code, withhold_suback, withhold_pingresp, stop_reading_after,
                                        garbage_after
  fault list | clear
";

/// Runs the program with these arguments (without the program's name).
pub fn main(arguments: Vec<String>) -> ExitCode {
    let mut arguments = args::Args::new(arguments);
    if arguments.flag("--help") || arguments.flag("-h") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    if arguments.flag("--version") {
        println!("iotda-sim {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let result = match arguments.word().as_deref() {
        Some("run") => run::run(arguments),
        Some("ctl") => ctl::ctl(arguments),
        Some("help") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("unknown command {other:?}; see iotda-sim --help")),
        None => Err("a command is missing: run or ctl; see iotda-sim --help".to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("iotda-sim: {}", crate::text::line(&text));
            ExitCode::FAILURE
        }
    }
}
