//! Subscriptions, with the configured QoS or an explicit one.

header!(SUBSCRIBE_H);
