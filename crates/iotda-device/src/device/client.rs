//! "Building the client" (docs/spec/connection.md#connect): what `IOTA_Connect` checks and fixes
//! before an attempt.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::config::DeviceConfig;
use crate::error::{Detail, Error, Result};
use crate::transport::auth::{Identity, Login, decode_group_secret};
use crate::transport::pacing;
use crate::transport::reconnect::Policy;
use crate::transport::{Limits, Secret, Settings, Transport, Version, spool, tls};

/// What only this device has.
pub enum OwnSecret {
    Text(Zeroizing<Vec<u8>>),
    /// The private key of its certificate.
    Key(tls::Client),
}

impl OwnSecret {
    /// The secret, or the key's DER; `None` after a line for the log.
    pub fn read(self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            OwnSecret::Text(secret) => Some(secret),
            OwnSecret::Key(client) => client
                .private_key()
                .inspect_err(|why| base::info!("soft bus: group data is not kept: {why}"))
                .ok(),
        }
    }
}

/// What a device needs to reach its platform besides its configuration items: files, and the kind of connection.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Holds `conf/` with the certificates that are not named here.
    pub work_dir: PathBuf,
    /// PEM file of the authorities to trust.
    pub root_certificates: Option<PathBuf>,
    /// PEM files of the device's certificate and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Whether the connection is protected; `None`: as the port's digits say.
    pub protected: Option<bool>,
}

impl From<PathBuf> for Access {
    fn from(work_dir: PathBuf) -> Access {
        Access {
            work_dir,
            ..Access::default()
        }
    }
}

impl Access {
    fn files(&self, client: Option<Option<Secret>>) -> tls::Settings {
        let mut files = tls::Settings::from_work_dir(&self.work_dir, client);
        if let Some(root) = &self.root_certificates {
            files.root.clone_from(root);
        }
        if let (Some(client), Some((certificate, key))) = (&mut files.client, &self.certificate) {
            client.certificate.clone_from(certificate);
            client.key.clone_from(key);
        }
        files
    }
}

/// A checked configuration with the identity made from it. Kept over reconnects, so that the client id stays the same.
pub struct Client {
    config: DeviceConfig,
    settings: Settings,
}

impl Client {
    /// The settings for one attempt.
    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }

    /// Whether the connection is protected.
    pub fn over_tls(&self) -> bool {
        self.settings.tls.is_some()
    }

    /// Whether MQTT 5 is spoken.
    pub fn is_mqtt5(&self) -> bool {
        self.settings.version == Version::V5
    }

    /// Device id, platform address and own secret. `None`: a device of a group has no secret of its own before it is registered.
    pub fn owner(&self) -> Option<(Vec<u8>, Vec<u8>, OwnSecret)> {
        let config = &self.config;
        let secret = match (&self.settings.tls, &config.secret) {
            _ if config.group_bootstrap => return None,
            (Some(tls), _) if config.certificate => OwnSecret::Key(tls.client.clone()?),
            (_, secret) => OwnSecret::Text(secret.clone().filter(|_| !config.certificate)?),
        };
        Some((config.device_id.clone()?, config.address.clone()?, secret))
    }

    /// `kept` if it was made from this very configuration, else a new client. `now` goes into client id and password.
    pub fn build(config: DeviceConfig, access: &Access, kept: Option<Client>, now: Duration) -> Result<Client> {
        let host = utf8(
            config.address.as_deref(),
            "the platform's address (EN_IOTA_CFG_MQTT_ADDR)",
        )?;
        let port = utf8(config.port.as_deref(), "the port (EN_IOTA_CFG_MQTT_PORT)")?;
        let id = utf8(config.device_id.as_deref(), "the device id (EN_IOTA_CFG_DEVICEID)")?;
        let login = login(&config)?;
        let tls = tls_settings(&config, &port, access)?;
        if let Some(kept) = kept.filter(|kept| kept.config == config) {
            return Ok(kept);
        }
        let number = port.trim().parse().map_err(|e: std::num::ParseIntError| {
            Error::Connect(Detail::because(
                format!("the port {port:?} is not a number below 65536"),
                e,
            ))
        })?;
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let identity = Identity::new(id, login, config.bridge, config.stamp_method, seconds);
        let settings = Settings {
            transport: if config.websocket {
                Transport::WebSocket
            } else {
                Transport::Tcp
            },
            unused_for_tls: if tls.is_none() { for_tls(&config) } else { Vec::new() },
            tls,
            version: version(&config),
            keep_alive: config.keep_alive,
            connect_timeout: Duration::from_secs(config.connect_timeout.into()),
            ack_deadline: Duration::from_secs(config.retry_interval.max(30).into()),
            limits: Limits {
                messages: config.queue_messages as usize,
                bytes: config.queue_bytes as usize,
                window: config.window,
                overflow: config.overflow,
                incoming_packet: config.incoming_limit,
                rate: config.max_rate,
                ..Limits::default()
            },
            fail_at_loss: config.fail_at_loss,
            clean_session: config.clean_session,
            expiry: (config.message_expiry > 0).then(|| Duration::from_secs(config.message_expiry.into())),
            pacing: pacing::wanted(),
            reconnect: config.auto_reconnect.then(Policy::default),
            spool: spool_options(&config),
            ..Settings::new(host, number, identity)
        };
        let mode = if config.certificate { "certificate" } else { "secret" };
        let scheme = settings.scheme();
        let shown = settings.identity.credentials(seconds);
        base::info!(
            "device {}, {mode} mode, client id {}, server {}:{} over {scheme}",
            settings.identity.device_id(),
            shown.client_id,
            settings.host,
            settings.port
        );
        Ok(Client { config, settings })
    }
}

fn utf8(value: Option<&[u8]>, what: &'static str) -> Result<String> {
    let value = value.ok_or(Error::Missing(what))?;
    let text = std::str::from_utf8(value)
        .map_err(|e| Error::Connect(Detail::because(format!("{what} is not valid UTF-8"), e)))?;
    Ok(text.to_owned())
}

fn login(config: &DeviceConfig) -> Result<Login> {
    let scope = || {
        config
            .scope_id
            .as_deref()
            .map(|scope| String::from_utf8_lossy(scope).into_owned())
            .unwrap_or_default()
    };
    match (config.certificate, config.group_bootstrap) {
        (true, true) => return Ok(Login::GroupCertificate { scope: scope() }),
        (true, false) => return Ok(Login::Certificate),
        (false, _) => {}
    }
    match (&config.secret, &config.group_secret) {
        (None, None) => Err(Error::Secret(
            "neither a device secret nor a group secret is configured",
        )),
        (_, Some(group)) if config.group_bootstrap => {
            let text = std::str::from_utf8(group).map_err(|_| Error::Secret("the group secret is not Base64"))?;
            Ok(Login::GroupSecret {
                scope: scope(),
                secret: decode_group_secret(text)?,
            })
        }
        (Some(secret), _) if !config.group_bootstrap => Ok(Login::Secret(Secret::new(secret.as_slice()))),
        (Some(_), None) => Err(Error::Secret(
            "group bootstrap needs a group secret (EN_IOTA_CFG_BS_GROUP_SECRET)",
        )),
        _ => Err(Error::State(
            "only a group secret is configured: set the device secret, or EN_IOTA_CFG_BS_MODE to 1",
        )),
    }
}

fn spool_options(config: &DeviceConfig) -> Option<spool::Options> {
    let directory = config.spool_directory.as_deref()?;
    Some(spool::Options {
        directory: PathBuf::from(OsStr::from_bytes(directory)),
        sync: config.spool_sync,
        bytes: config.spool_bytes.into(),
    })
}

fn version(config: &DeviceConfig) -> Version {
    let wanted = config
        .mqtt5
        .unwrap_or_else(|| base::process::variable("IOTDA_MQTT_VERSION").is_some_and(|v| v == "5"));
    if wanted { Version::V5 } else { Version::V4 }
}

/// By the port's text, as programs know it: with `1883` it is plain, with `8883` TLS, any other says nothing. Programs that ask
/// for WebSocket or ALPN use the ports of the web: there 80 is plain, if it is WebSocket, and any other TLS.
fn tls_settings(config: &DeviceConfig, port: &str, access: &Access) -> Result<Option<tls::Settings>> {
    let password = config
        .key_password
        .as_ref()
        .map(|password| Secret::new(password.as_slice()));
    let settings = tls::Settings {
        system_roots: config.system_roots,
        alpn: config.alpn.clone(),
        ..access.files(config.certificate.then_some(password))
    };
    let (plain, protected) = match access.protected {
        Some(protected) => (!protected, protected),
        None => {
            let plain = port.contains("1883") || (config.websocket && port.trim() == "80");
            let web = !plain && (config.websocket || !config.alpn.is_empty());
            (plain, port.contains("8883") || web)
        }
    };
    if protected {
        if let Some(missing) = settings.files().find(|file| !file.exists()) {
            let path = missing.display().to_string();
            return Err(match missing == settings.root {
                true => Error::RootsMissing(path),
                false => Error::CertificateMissing(path),
            });
        }
    }
    if plain {
        return Ok(None);
    }
    if !protected {
        let unknown = format!(
            "the port {port:?} contains neither 1883 (plain) nor 8883 (TLS), so the kind of connection is unknown"
        );
        return Err(Error::Connect(unknown.into()));
    }
    let server_name = match &config.server_name {
        Some(name) => Some(utf8(Some(name), "the server name (EN_IOTA_CFG_EXT_SERVER_NAME)")?),
        None => None,
    };
    Ok(Some(tls::Settings {
        server_name,
        verify_host: config.host_name_check.unwrap_or(settings.verify_host),
        unverified_by: match config.host_name_check {
            Some(_) => "item 105, EN_IOTA_CFG_EXT_HOST_NAME_CHECK, is 0",
            None => settings.unverified_by,
        },
        ..settings
    }))
}

/// The items that are set and have a meaning with TLS only.
fn for_tls(config: &DeviceConfig) -> Vec<&'static str> {
    let items = [
        (config.certificate, "4 EN_IOTA_CFG_AUTH_MODE (certificate)"),
        (config.key_password.is_some(), "12 EN_IOTA_CFG_PRIVATE_KEY_PASSWORD"),
        (config.host_name_check.is_some(), "105 EN_IOTA_CFG_EXT_HOST_NAME_CHECK"),
        (config.system_roots, "111 EN_IOTA_CFG_EXT_SYSTEM_ROOTS"),
        (
            config.server_name.is_some() && !config.websocket,
            "113 EN_IOTA_CFG_EXT_SERVER_NAME",
        ),
        (!config.alpn.is_empty() && !config.websocket, "114 EN_IOTA_CFG_EXT_ALPN"),
    ];
    items
        .into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| name)
        .collect()
}
