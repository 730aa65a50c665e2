//! The words of the command line, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// The Huawei Cloud IoTDA platform on this machine, for tests and demos
///
///   iotda-sim run …    serves until it is stopped
///   iotda-sim ctl …    is the operator of a running platform
#[derive(Debug, Parser)]
#[command(name = "iotda-sim", version, verbatim_doc_comment, arg_required_else_help = false)]
pub struct Words {
    #[command(subcommand)]
    pub command: Top,
}

#[derive(Debug, Subcommand)]
pub enum Top {
    /// Serves MQTT 3.1.1 and 5 until SIGINT, SIGTERM or `ctl stop`, and prints a line per event
    Run(Run),
    /// Talks to a running platform
    Ctl(Box<Ctl>),
    /// Prints a completion script for a shell
    Completion { shell: Shell },
}

#[derive(Debug, Args)]
pub struct Run {
    /// TOML, or JSON if the name ends in .json; see simulator/examples/
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, value_name = "IP")]
    pub host: Option<String>,
    /// A port number, auto (a free port with 1883 in it), ephemeral or none
    #[arg(long, value_name = "PORT")]
    pub plain: Option<String>,
    /// The same with 8883
    #[arg(long, value_name = "PORT")]
    pub tls: Option<String>,
    /// A device and its secret, besides those of the file; again for each further one
    #[arg(long, value_name = "ID:SECRET")]
    pub device: Vec<String>,
    /// A group with a soft bus, and its members; again for each further one
    #[arg(long, value_name = "NAME:ID,ID...")]
    pub bus: Vec<String>,
    /// Writes conf/rootcert.pem (the platform's CA) and ports there
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
    /// Listens for ctl; default: environment variable IOTDA_SIM_CONTROL, else none
    #[arg(long, value_name = "SOCKET")]
    pub control: Option<PathBuf>,
    /// Prints no events
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Ctl {
    /// The platform's socket; default: environment variable IOTDA_SIM_CONTROL
    #[arg(long, value_name = "SOCKET", global = true)]
    pub control: Option<PathBuf>,
    /// Prints answers as JSON lines
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub act: Act,
}

/// How long to wait for a device's answer.
#[derive(Debug, Args)]
pub struct Waiting {
    /// Seconds to wait for the answer
    #[arg(long, value_name = "S", default_value_t = 20)]
    pub timeout: u64,
    /// Shows the request's id at once
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct CommandWords {
    pub device: String,
    pub service: String,
    pub name: String,
    /// JSON
    #[arg(allow_hyphen_values = true)]
    pub paras: Option<String>,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Subcommand)]
pub enum Act {
    /// Addresses, devices online
    Status,
    /// Ends the platform
    Stop,
    /// What has happened
    Events {
        /// Only the last N
        #[arg(long, value_name = "N")]
        last: Option<usize>,
        /// And what happens from now on
        #[arg(long)]
        follow: bool,
    },
    /// Registered devices
    #[command(subcommand)]
    Device(DeviceAct),
    /// Issues conf/deviceCert.pem and conf/deviceCert.key into DIR
    Certificate { name: String, dir: PathBuf },
    /// Static device groups
    #[command(subcommand)]
    Group(GroupAct),
    /// Soft buses of groups
    #[command(subcommand)]
    Softbus(SoftbusAct),
    /// Shows or sets soft bus rules: redelivery_ms, new_request_id, key, rotate_key, missing_ip, push_on_online,
    /// push_on_address, answer_queries, answer_delay_ms, answer_old_list, answer_times
    Rules {
        #[arg(value_name = "NAME=VALUE")]
        set: Vec<String>,
    },
    /// Sets check_login, implicit, clock_offset_s, logins_per_second, messages_per_second, max_payload (0: no limit)
    Set {
        #[arg(value_name = "NAME=VALUE")]
        set: Vec<String>,
    },
    /// Publishes to a device
    Publish {
        device: String,
        topic: String,
        /// Text, or @FILE
        #[arg(allow_hyphen_values = true)]
        payload: String,
        #[arg(long, default_value_t = 1)]
        qos: u8,
        #[arg(long)]
        retain: bool,
        /// Whatever the device's rights and subscriptions are
        #[arg(long)]
        unasked: bool,
    },
    /// Sends a command and shows its answer
    Command(CommandWords),
    /// Sets or gets properties and shows the answer
    #[command(subcommand)]
    Property(PropertyAct),
    /// Commands, property sets and gets: sent, answered, timed out or undelivered
    Requests,
    /// Device shadow
    #[command(subcommand)]
    Shadow(ShadowAct),
    /// Sends a message, or keeps it until the device can get it
    Message {
        device: String,
        /// May begin with -- unless it is one of the options here; after a lone -- it may be anything
        #[arg(allow_hyphen_values = true)]
        text: String,
        /// In the standard form
        #[arg(long)]
        standard: bool,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        id: Option<String>,
        /// On a user topic
        #[arg(long, value_name = "PARAMETER")]
        topic: Option<String>,
        /// MQTT 5 user property; may come often
        #[arg(long, value_name = "KEY=VALUE")]
        user: Vec<String>,
        #[arg(long, value_name = "TEXT")]
        content_type: Option<String>,
        #[arg(long, value_name = "TOPIC")]
        response_topic: Option<String>,
        #[arg(long, value_name = "TEXT")]
        correlation: Option<String>,
    },
    /// Any event, for example $log log_config '{"switch":"on"}'
    Event {
        device: String,
        service: String,
        #[arg(value_name = "TYPE")]
        event_type: String,
        /// JSON
        #[arg(allow_hyphen_values = true)]
        paras: Option<String>,
    },
    /// Children of gateways
    #[command(subcommand)]
    Child(ChildAct),
    /// Devices behind bridges
    #[command(subcommand)]
    Bridge(BridgeAct),
    /// Provisioning scopes
    #[command(subcommand)]
    Scope(ScopeAct),
    /// Topics of the old version 3
    #[command(subcommand)]
    V3(V3Act),
    /// Ends a device's connection
    Disconnect {
        device: String,
        /// close, reset, half or an MQTT 5 reason code
        #[arg(long)]
        how: Option<String>,
    },
    /// What goes wrong with connections
    ///
    /// Names: device, times, silent, close_on_accept, refuse, delay_connack_ms, no_connack, session_present,
    /// cut_after_packets_in, cut_after_publishes_in, cut_after_packets_out, cut_after_bytes_in, cut_after_bytes_out, cut,
    /// withhold_puback, duplicate_puback, puback_reason, suback_code, withhold_suback, withhold_pingresp,
    /// stop_reading_after, garbage_after
    #[command(subcommand)]
    Fault(FaultAct),
}

#[derive(Debug, Subcommand)]
pub enum DeviceAct {
    List,
    /// Registers a device with a secret
    Add {
        id: String,
        #[arg(allow_hyphen_values = true)]
        secret: String,
        #[arg(long)]
        bridge: bool,
        #[arg(long, value_name = "ID")]
        gateway: Option<String>,
    },
    /// Registers a device with a certificate; without FINGERPRINT: any of the client CA
    Cert {
        id: String,
        fingerprint: Option<String>,
    },
    Remove {
        id: String,
    },
    Freeze {
        id: String,
    },
    Unfreeze {
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum GroupAct {
    List,
    Add {
        group: String,
    },
    #[command(alias = "delete")]
    Remove {
        group: String,
    },
    Bind {
        group: String,
        #[arg(required = true, value_name = "DEVICE")]
        devices: Vec<String>,
    },
    Unbind {
        group: String,
        #[arg(required = true, value_name = "DEVICE")]
        devices: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum SoftbusAct {
    Create {
        group: String,
        name: String,
    },
    /// Pushes the list again
    Sync {
        group: String,
    },
    /// Counts an update
    Update {
        group: String,
    },
    /// A key, or a fresh one
    Key {
        group: String,
        key: Option<String>,
    },
    #[command(alias = "remove")]
    Delete {
        group: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum PropertyAct {
    Set {
        device: String,
        service: String,
        /// JSON object
        properties: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    Get {
        device: String,
        service: Option<String>,
        #[command(flatten)]
        waiting: Waiting,
    },
}

#[derive(Debug, Subcommand)]
pub enum ShadowAct {
    Show {
        device: String,
    },
    Desire {
        device: String,
        service: String,
        /// JSON object
        properties: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum ChildAct {
    List {
        gateway: String,
    },
    Add {
        gateway: String,
        node: String,
        product: String,
        #[arg(long)]
        name: Option<String>,
    },
    Delete {
        device: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum BridgeAct {
    List { bridge: String },
    Disconnect { device: String },
}

#[derive(Debug, Subcommand)]
pub enum ScopeAct {
    /// With its group secret in Base64
    Add { scope: String, secret: String },
}

#[derive(Debug, Subcommand)]
pub enum V3Act {
    Command(CommandWords),
    Binary {
        device: String,
        #[arg(allow_hyphen_values = true)]
        payload: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum FaultAct {
    /// For connections to come
    Add {
        #[arg(value_name = "NAME=VALUE")]
        set: Vec<String>,
    },
    /// For the live connection of device=ID
    Now {
        #[arg(value_name = "NAME=VALUE")]
        set: Vec<String>,
    },
    List,
    Clear,
}
