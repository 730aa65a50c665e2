/* Generated from src/dconncaseone_interface.rs; do not edit. */
/** Near-field soft bus kit: device-to-device links in a soft bus group. */
#ifndef DCONNCASEONE_INTERFACE_H
#define DCONNCASEONE_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__LINUX__) || defined(_UNIX)
#define DCONN_API_PUBLIC __attribute__((visibility("default")))
#else
#define DCONN_API_PUBLIC
#endif

/** `InitDConnCaseOne`: this device accepts connections. */
#define INIT_SERVICE (0)

/** `InitDConnCaseOne`: this device connects. */
#define INIT_CLIENT (1)

/** Bytes of a device id. */
#define DCONN_DEVICE_ID_LEN 128

/** Bytes of an address, terminator included. */
#define DCONN_IP_ADDR_LEN 46

/** Nominal bytes of a key; longer ones are accepted. */
#define DCONN_AUTH_KEY_LEN 16

/** Bytes of one message. */
#define DCONN_DATA_BODY_LEN 2018

/** Result codes. */
enum {
    /** Done, or accepted for sending. */
    DC_SUCCESS = 0,
    /** Internal failure. */
    DC_ERROR = 1,
    /** Internal failure. */
    DC_ERR_BRANCH = 2,
    /** No memory. */
    DC_ERR_ALLOC_MEMORY = 3,
    /** No thread. */
    DC_ERR_CREATE_THREAD = 4,
    /** Too many addresses, or too many messages not yet acknowledged. */
    DC_ERR_THRESHOLD_EXCEED = 5,
    /** A pointer is NULL. */
    DC_ERR_NULLPTR = 16390,
    /** A text that must be JSON is not. */
    DC_ERR_INVALID_JSON = 16391,
    /** A device id is missing, too long or not of the group. */
    DC_ERR_INVALID_DEVICE_ID = 4097,
    /** `RegisterCallback` was not called, or a callback is NULL. */
    DC_ERR_CB_NOT_REGISTER = 4098,
    /** No usable key for the peer. */
    DC_ERR_INVALID_AUTH_KEY = 4099,
    /** The key cannot be set up. */
    DC_ERR_MBEDTLS_SETKEY = 8193,
    /** Encryption failed. */
    DC_ERR_MBEDTLS_ENCRYPT = 8194,
    /** No randomness. */
    DC_ERR_MBEDTLS_SEED = 8195,
    /** No randomness. */
    DC_ERR_MBEDTLS_GEN_RANDOM = 8196,
    /** Decryption failed. */
    DC_ERR_MBEDTLS_DECRYPT = 8197,
    /** Malformed data from the peer. */
    DC_ERR_HEADER_INVALID = 12289,
    /** The peer cannot be reached or refuses. */
    DC_ERR_CONNECTION_REFUSED = 16385,
    /** The address or port cannot be used. */
    DC_ERR_BIND_PORT = 16386,
    /** The connection was lost before the peer acknowledged. */
    DC_ERR_SEND_FAILED = 16387,
    /** Not a list of IP addresses. */
    DC_ERR_IP_FORMAT = 20481,
    /** No connection to that device. */
    DC_ERR_DEVICE_ID_NOT_FOUND = 20482,
    /** The peer is not authenticated or not accepted. */
    DC_ERR_DEVICE_NOT_AUTHORIZED = 20483,
    /** Neither `INIT_SERVICE` nor `INIT_CLIENT`. */
    DC_ERR_INVALID_INIT_TYPE = 20484,
    /** Too many peers. */
    DC_ERR_PEER_NUM_EXCEED = 24577,
    /** The message is longer than `DCONN_DATA_BODY_LEN`. */
    DC_ERR_SEND_DATA_EXCEED = 24578,
    /** Authentication failed. */
    DC_ERR_AUTH_FAILED = 28673,
    /** No common way to authenticate. */
    DC_ERR_AUTH_INIT_FAILED = 28674,
    /** OpenHarmony only, as are the remaining codes. */
    DC_ERR_GET_GROUP_MANAGER = 28675,
    /** Unexpected data while authenticating. */
    DC_ERR_INVALID_AUTH_STAT = 28676,
    /** Malformed data while authenticating. */
    DC_ERR_PROCESS_AUTH_DATA = 28677,
    DC_ERR_CREATE_GROUP = 28678,
    DC_ERR_REG_HICHAIN_CB = 28679,
    DC_ERR_ADD_MEMBER = 28680,
    /** Acknowledgement of an unknown message. */
    DC_ERR_INVALID_REQUEST_ID = 28681,
    DC_ERR_HICHAIN_AUTH_MSG_EXCEED = 28682,
};

/** Result of one `DConnSendData`: a result code. */
typedef void (*SendDataCallback)(const char *deviceId, uint32_t result);

/** `datelen` bytes from a peer. */
typedef void (*ReceiveDataCallback)(const char *deviceId, const char *receiveData,
    uint32_t datelen);

/** Whether a client with this address may connect. */
typedef bool (*IsValidIP)(const char *ip);

/** Whether this device may connect. */
typedef bool (*IsValidDeviceID)(const char *deviceID);

/** The key shared with this device, or NULL. */
typedef char *(*GetAuthKey)(const char *targetDeviceID);

/** The id of this device. */
typedef char *(*GetDeviceID)(void);

/** The program's side of the kit; `RegisterCallback` copies it. */
typedef struct CallbackParam {
    SendDataCallback sendDataResultCb;
    ReceiveDataCallback onReceiveDataCb;
    IsValidIP isValidIP;
    IsValidDeviceID isValidDeviceID;
    GetAuthKey getAuthKey;
    GetDeviceID getDeviceID;
} CallbackParam;

/**
 * Starts the near-field component, which connects devices of a soft bus group with each other over
 * the LAN. As server: this device accepts connections at its address. As client: it connects to
 * each listed server, in order, and stays connected: a lost or failed connection is tried again in
 * the background until CloseDConnCaseOne. Both may be called repeatedly and mixed; up to 4 server
 * addresses. Port, limits and the back-end are set by environment variables HWMQTT_DCONN_… (a
 * program that configures itself calls setenv before the first call).
 *
 * - `type`: INIT_SERVICE or INIT_CLIENT.
 * - `ipAry`: plain IPv4 or IPv6 addresses; server: one; client: up to 128 separated by
 *   ','. Not NULL.
 * - `errorIp`: room for DCONN_IP_ADDR_LEN bytes, or NULL; receives the first failing entry of the
 *   list, "" when the failure is not about one. Unchanged on success.
 *
 * Returns DC_SUCCESS: the server listens, or every listed server is authenticated. Otherwise the
 * reason: DC_ERR_INVALID_INIT_TYPE; DC_ERR_NULLPTR (ipAry); DC_ERR_CB_NOT_REGISTER (no
 * RegisterCallback, or one of isValidIP, isValidDeviceID, getAuthKey, getDeviceID is NULL);
 * DC_ERR_INVALID_DEVICE_ID (the own id, or the server's id is not accepted); DC_ERR_IP_FORMAT;
 * DC_ERR_BIND_PORT; DC_ERR_THRESHOLD_EXCEED (fifth server address); DC_ERR_CONNECTION_REFUSED;
 * DC_ERR_INVALID_AUTH_KEY (no usable key); DC_ERR_AUTH_FAILED (wrong key);
 * DC_ERR_DEVICE_NOT_AUTHORIZED; DC_ERR_PEER_NUM_EXCEED; DC_ERR_AUTH_INIT_FAILED;
 * DC_ERR_INVALID_AUTH_STAT; DC_ERR_PROCESS_AUTH_DATA; DC_ERR_HEADER_INVALID; DC_ERR_CREATE_THREAD;
 * DC_ERR_MBEDTLS_GEN_RANDOM; DC_ERR_BRANCH (called on the component's own network thread, or by a
 * vendor's library); DC_ERROR.
 *
 * Blocks until done: up to 3 s to connect and 3 s per answer, for each address. Any thread and
 * any callback.
 */
uint32_t InitDConnCaseOne(uint32_t type, const char *ipAry, char *errorIp);

/**
 * Registers the program's callbacks; replaces those registered before. The struct is copied.
 *
 * sendDataResultCb (may be NULL): once for every DConnSendData that returned DC_SUCCESS.
 * onReceiveDataCb (may be NULL: then messages are refused): a message; a NUL byte follows the data
 * in memory. Both run one at a time on one thread, pointers are valid during the call. isValidIP,
 * isValidDeviceID, getAuthKey, getDeviceID run on threads of the component, several at once; the
 * strings they return are copied and never freed. The library's own functions of these names may be
 * given, getAuthKey too although it has two parameters. Every function of this header may be called
 * inside every callback.
 *
 * - `callback`: NULL: nothing happens.
 *
 * Any thread and any callback; before InitDConnCaseOne.
 */
void RegisterCallback(const CallbackParam *callback);

/**
 * Sends a message to a connected device. A server reaches its clients, a client its servers; there
 * is no relaying.
 *
 * - `targetDeviceId`: 1 to 128 bytes.
 * - `data`: copied during the call.
 * - `dataLen`: 1 to DCONN_DATA_BODY_LEN bytes.
 *
 * Returns DC_SUCCESS: accepted; exactly one sendDataResultCb follows, with DC_SUCCESS when the
 * peer's library has the message, DC_ERR_THRESHOLD_EXCEED when its queue was full,
 * DC_ERR_CB_NOT_REGISTER when it has no receiver, DC_ERR_SEND_FAILED when the connection was lost
 * or 10 s passed. Otherwise no callback follows: DC_ERR_NULLPTR; DC_ERR_INVALID_DEVICE_ID; DC_ERROR
 * (dataLen 0); DC_ERR_SEND_DATA_EXCEED; DC_ERR_CB_NOT_REGISTER; DC_ERR_DEVICE_ID_NOT_FOUND (not
 * connected); DC_ERR_DEVICE_NOT_AUTHORIZED (authentication not finished, or just removed);
 * DC_ERR_THRESHOLD_EXCEED (64 messages to that device are not acknowledged yet).
 *
 * Does not block. Any thread and any callback.
 */
uint32_t DConnSendData(const char *targetDeviceId, const char *data, uint32_t dataLen);

/**
 * CloseDConnCaseOne, and forgets the callbacks.
 *
 * Any thread and any callback.
 */
void UnRegisterCallback(void);

/**
 * Ends all connections and stops reconnecting. Every accepted message has had its result when this
 * returns, and no callback runs afterwards (called inside a callback: except that one). Repeated
 * calls do nothing; InitDConnCaseOne starts again.
 *
 * Waits for callbacks that are running on other threads. Any thread and any callback.
 */
void CloseDConnCaseOne(void);

/**
 * Returns a constant text that names the component; NULL with the stub back-end.
 *
 * Any thread and any callback.
 */
const char *GetDConnVersion(void);

#ifdef __cplusplus
}
#endif

#endif /* DCONNCASEONE_INTERFACE_H */
