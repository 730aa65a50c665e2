/* Generated from src/service/subscribe.rs; do not edit. */
/** Subscriptions, with the configured QoS or an explicit one. */
#ifndef SUBSCRIBE_H
#define SUBSCRIBE_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Subscribes to messages of other devices (`$oc/m2m/to/<id>/#`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeM2m(void);

/**
 * Subscribes to commands (`$oc/devices/<id>/sys/commands/#`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeCommand(void);

/**
 * Subscribes to messages, commands, property set, property get, events and shadow answers with QoS
 * 0, one packet each, in this order. See `SubscribeAllQos`.
 */
void SubscribeAll(void);

/**
 * Subscribes to messages (`$oc/devices/<id>/sys/messages/down`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeMessageDown(void);

/**
 * Subscribes to properties to set (`$oc/devices/<id>/sys/properties/set/#`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribePropSet(void);

/**
 * Subscribes to property queries (`$oc/devices/<id>/sys/properties/get/#`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribePropget(void);

/**
 * Subscribes to device shadow answers (`$oc/devices/<id>/sys/shadow/get/response/#`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribePropResp(void);

/**
 * Subscribes to events (`$oc/devices/<id>/sys/events/down`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeSubDeviceEvent(void);

/**
 * Subscribes to a user topic (`$oc/devices/<id>/user/<topicParas>`) with QoS 0.
 *
 * - `topicParas`: the part after `user/`; not NULL.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected, for NULL. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeUserTopic(char *topicParas);

/**
 * Subscribes to V3 JSON commands (`/huawei/v1/devices/<id>/command/json`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeJsonCmdV3(void);

/**
 * Subscribes to V3 binary commands (`/huawei/v1/devices/<id>/command/binary`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeBinaryCmdV3(void);

/**
 * Subscribes to the provisioning answer (`$oc/devices/<id>/sys/bootstrap/down`) with QoS 0.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeBootstrap(void);

/**
 * Subscribes to messages, commands, property set, property get, events and shadow answers, one
 * packet each, in this order.
 *
 * - `qos`: 0 or 1; another value is logged and nothing is sent.
 *
 * Refusals are logged; each accepted one gets SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE. Never blocks.
 * Any thread, callbacks included. See docs/spec/connection.md#subscribe.
 */
void SubscribeAllQos(int qos);

/**
 * Subscribes to any topic filter.
 *
 * - `topic`: the filter as it is; not NULL, not "".
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected, for NULL, "" or another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeCustomTopic(char *topic, int qos);

/**
 * Subscribes to messages of other devices (`$oc/m2m/to/<id>/#`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeM2mQos(int qos);

/**
 * Subscribes to commands (`$oc/devices/<id>/sys/commands/#`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeCommandQos(int qos);

/**
 * Subscribes to messages (`$oc/devices/<id>/sys/messages/down`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeMessageDownQos(int qos);

/**
 * Subscribes to properties to set (`$oc/devices/<id>/sys/properties/set/#`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribePropSetQos(int qos);

/**
 * Subscribes to property queries (`$oc/devices/<id>/sys/properties/get/#`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribePropgetQos(int qos);

/**
 * Subscribes to device shadow answers (`$oc/devices/<id>/sys/shadow/get/response/#`)
 * with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribePropRespQos(int qos);

/**
 * Subscribes to events (`$oc/devices/<id>/sys/events/down`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeSubDeviceEventQos(int qos);

/**
 * Subscribes to a user topic (`$oc/devices/<id>/user/<topicParas>`) with QoS `qos`.
 *
 * - `topicParas`: the part after `user/`; not NULL.
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected, for NULL or another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeUserTopicQos(char *topicParas, int qos);

/**
 * Subscribes to V3 JSON commands (`/huawei/v1/devices/<id>/command/json`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeJsonCmdV3Qos(int qos);

/**
 * Subscribes to V3 binary commands (`/huawei/v1/devices/<id>/command/binary`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeBinaryCmdV3Qos(int qos);

/**
 * Subscribes to the provisioning answer (`$oc/devices/<id>/sys/bootstrap/down`) with QoS `qos`.
 *
 * - `qos`: 0 or 1.
 *
 * Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1
 * when not connected or for another QoS. Never blocks. Any thread, callbacks included.
 * See docs/spec/connection.md#subscribe.
 */
int SubscribeBootstrapQos(int qos);

#ifdef __cplusplus
}
#endif

#endif /* SUBSCRIBE_H */
