/* Generated from src/agentlite/iota_error_type.rs; do not edit. */
/** Return codes. */
#ifndef IOTA_ERROR_TYPE_H
#define IOTA_ERROR_TYPE_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Done, or accepted. Reports return it, too; a packet id is returned only by
 * IOTA_RawTopicMessageReport, IOTA_Bootstrap, IOTA_M2MSendMsg and the subscriptions.
 */
#define IOTA_SUCCESS (0)

/** Not accepted: state, range or internal failure; the log says which. */
#define IOTA_FAILURE (-1)

/** A required argument or configuration item is missing. */
#define IOTA_PARAMETER_EMPTY (-101)

/** A file or other resource cannot be used. */
#define IOTA_RESOURCE_NOT_AVAILABLE (-102)

/** Initialised already. */
#define IOTA_INITIALIZATION_REPEATED (-103)

/** A library cannot be loaded. */
#define IOTA_LIBRARY_LOAD_FAILED (-104)

/** The connection password cannot be computed. */
#define IOTA_SECRET_ENCRYPT_FAILED (-105)

/** The connection cannot be attempted. */
#define IOTA_MQTT_CONNECT_FAILED (-106)

/** Connected already. */
#define IOTA_MQTT_CONNECT_EXISTED (-107)

/** A certificate or key file is missing. */
#define IOTA_CERTIFICATE_NOT_FOUND (-108)

/** The disconnection failed. */
#define IOTA_MQTT_DISCONNECT_FAILED (-109)

/** A text that must be JSON is not. */
#define IOTA_PARSE_JSON_FAILED (-110)

/** An argument is outside its range. */
#define IOTA_PARAMETER_ERROR (-111)

/** Too many elements for one call. */
#define IOTA_NUMBER_EXCEEDS (-112)

/** The web socket of remote login cannot be connected. */
#define IOTA_WSS_CONNECT_FAILED (-113)

/** A thread cannot be created. */
#define IOTA_THREAD_CREATE_FAILED (-114)

#ifdef __cplusplus
}
#endif

#endif /* IOTA_ERROR_TYPE_H */
