/* Generated from src/service/soft_bus_datatrans.rs; do not edit. */
/**
 * Soft bus roster: the groups of this device with their members, as the platform sent them last.
 */
#ifndef SOFT_BUS_DATATRANS_H
#define SOFT_BUS_DATATRANS_H

#include <stdbool.h>
#include "json_util.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SOFT_BUS_OH
#define SUCCESSSFUL_RESULT "success"
#define SUCCESSFUL_RET 0
#define BUS_INFOS "bus_infos"
#define BUS_COUNT "bus_count"
#define OH_ERROR_INFO "error_info"
#define OH_ERROR_CODE "error_code"
#define OH_ERROR_MSG "error_msg"
#define DEFAULT_ERROR_CODE "-1"
#define DEFAULT_ERROR_MSG "unknown"
#define BUS_ID "bus_id"
#define BUS_KEY "bus_key"
#define DEVICE_COUNT "device_count"
#define DEVICES_INFO "devices_info"

/** Nominal length of a group key; real keys may be shorter or longer. */
#define BUS_KEY_LENGTH 20

/** Groups in `soft_bus_total`. */
#define SOFTBUS_TOTAL_LEN 10

/** Devices in `soft_bus_infos`. */
#define SOFTBUS_INFO_LEN 50

/** A member of a group. */
typedef struct soft_bus_info {
    char *device_id;
    char *device_ip;
} soft_bus_info;

/** A group. */
typedef struct soft_bus_infos {
    /** Number of members in `g_device_soft_bus_info`. */
    int count;
    /** The key that the members share: a secret. */
    char *bus_key;
    char *bus_id;
    soft_bus_info g_device_soft_bus_info[SOFTBUS_INFO_LEN];
    /** -1: the group is gone. */
    long version;
} soft_bus_infos;

/** All groups of this device. */
typedef struct soft_bus_total {
    soft_bus_infos g_soft_bus_info[SOFTBUS_TOTAL_LEN];
    /** Number of groups in `g_soft_bus_info`. */
    int count;
} soft_bus_total;

/**
 * The roster as a C struct: the first 10 buses, each with its first 50 devices, of the last answer
 * of the platform.
 *
 * The struct is rewritten on the callback thread just before the callback that announces an answer
 * (and by softBusParasToTotal and releaseSoftBusCache): read it inside the callbacks of
 * IOTA_SetEvenSoftBusCallback and IOTA_SetEventCallback. A reader on another thread may see parts
 * of two answers, but only valid pointers: every string of the struct, used or not, is non-NULL,
 * and a replaced one stays allocated for at least 8 more answers and normally 60 s. Texts are cut
 * in it: ids at 128 bytes, names and keys at 256, addresses at 46. Do not free or change anything
 * in it. IOTA_SoftBusGetSnapshot copies, and shows all.
 *
 * Returns the address of g_soft_bus_total: never NULL, always the same.
 *
 * Any thread, also before IOTA_Init.
 */
soft_bus_total *getSoftBusTotal(void);

/**
 * Whether some bus lists a device with exactly this address text. Buses of deleted groups (version
 * -1) do not count; buses and devices beyond the struct's room do.
 *
 * - `ip_addr`: address as the device reported it; NULL and "" are never valid.
 *
 * Returns true if listed.
 *
 * Any thread.
 */
bool isValidIP(const char *ip_addr);

/**
 * Whether some bus lists exactly this device id; as for isValidIP.
 *
 * - `device_id`: NULL and "" are never valid.
 *
 * Returns true if listed.
 *
 * Any thread.
 */
bool isValidDeviceID(const char *device_id);

/**
 * The address of a device: of the first entry with this id, in bus order, that has one.
 *
 * - `device_id`: may be NULL.
 *
 * Returns a copy for the caller to free() (the C library's); NULL if the device is not listed or
 * has no known address.
 *
 * Any thread.
 */
char *getIpAddr(char *device_id);

/**
 * The connection keys that the own device shares with another one: the keys of all buses that list
 * the target, in bus order, joined with ',' and without blanks. A bus without a usable key, or with
 * a deleted group, contributes nothing; equal keys of two buses appear twice. The own device need
 * not be listed.
 *
 * - `src_device_id`: must be the own device id.
 * - `target_device_id`: the other device.
 *
 * Returns a copy for the caller to free() (the C library's); it is secret. NULL if an argument is
 * NULL, the source is not the own device, no device id is configured yet, or no bus gives a key.
 *
 * Any thread.
 */
char *getAuthKey(const char *src_device_id, const char *target_device_id);

/**
 * The own device id.
 *
 * Returns the id, valid until the process ends, not to be freed or changed; NULL before it is
 * configured (IOTA_ConnectConfigSet, EN_IOTA_CFG_DEVICEID).
 *
 * Any thread.
 */
char *getDeviceId(void);

/**
 * Empties the roster: the struct's total count becomes 0, every bus that was in use gets device
 * count 0 and version -1, and the look-ups find nothing until the next answer of the platform.
 * Strings of the struct stay readable as described at getSoftBusTotal. Near-field sessions are not
 * ended by this.
 *
 * Returns 0.
 *
 * Any thread.
 */
int releaseSoftBusCache(void);

/**
 * Replaces the roster by the content of a paras object as the platform sends it in
 * soft_bus_config_response; the library does this itself for every `$oh_soft_bus` service it
 * receives. The near-field component takes it as an answer about all buses.
 *
 * - `paras`: a cJSON object with the member bus_infos; only read, during the call. May be NULL.
 *
 * Returns 0; -1 if paras is NULL, has no member bus_infos, or is cyclic or larger than 200000
 * items: nothing changes then.
 *
 * Any thread.
 */
int softBusParasToTotal(JSON *paras);

#ifdef __cplusplus
}
#endif

#endif /* SOFT_BUS_DATATRANS_H */
