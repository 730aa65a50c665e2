/* Generated from src/agentlite/iota_softbus_ext.rs; do not edit. */
/**
 * Soft bus roster in full, an addition to the C SDK's interface: a copy of all buses with
 * their names, versions, keys and all devices, also those for which the struct of
 * getSoftBusTotal has no room.
 */
#ifndef IOTA_SOFTBUS_EXT_H
#define IOTA_SOFTBUS_EXT_H

#include <stddef.h>
#include "hw_type.h"
#include "iota_error_type.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A member of a bus. */
typedef struct IOTA_SoftBusDevice {
    /** Never NULL or "". */
    const HW_CHAR *device_id;
    /** The address that the device reported; "" when none is known. */
    const HW_CHAR *device_ip;
} IOTA_SoftBusDevice;

/** A soft bus. */
typedef struct IOTA_SoftBus {
    /** "-1" when the platform left it out. */
    const HW_CHAR *bus_id;
    /** The name given in the console; may be "". */
    const HW_CHAR *bus_name;
    /** The group secret; "-1" or "" when there is none. */
    const HW_CHAR *bus_key;
    /** 0 at creation, +1 per update, -1 when the group was deleted. */
    HW_LONG version;
    HW_UINT device_count;
    /** device_count elements; NULL when there are none. */
    const IOTA_SoftBusDevice *devices;
} IOTA_SoftBus;

/** All buses of one moment, in the order in which the platform listed them. */
typedef struct IOTA_SoftBusSnapshot {
    HW_UINT bus_count;
    /** bus_count elements; NULL when there are none. */
    const IOTA_SoftBus *buses;
    /** Bytes of the whole copy, for IOTA_SoftBusFreeSnapshot. */
    size_t size;
} IOTA_SoftBusSnapshot;

/**
 * Copies the roster: what the platform's last answer (or the program's last softBusParasToTotal)
 * said. The copy does not change, whatever arrives later. It holds secrets.
 *
 * Returns the copy, for IOTA_SoftBusFreeSnapshot; bus_count 0 before the first answer. NULL when
 * memory is short.
 *
 * Any thread.
 */
IOTA_SoftBusSnapshot *IOTA_SoftBusGetSnapshot(void);

/**
 * Wipes and frees a copy made by IOTA_SoftBusGetSnapshot with everything it points to.
 *
 * - `snapshot`: the copy, unchanged; NULL does nothing.
 *
 * Any thread.
 */
void IOTA_SoftBusFreeSnapshot(IOTA_SoftBusSnapshot *snapshot);

/**
 * The version of a bus.
 *
 * - `busId`: the bus.
 * - `version`: receives the version: 0 at creation, +1 per update, -1 when the group was deleted.
 *   Written on success only.
 *
 * Returns IOTA_SUCCESS; IOTA_PARAMETER_EMPTY if an argument is NULL; IOTA_RESOURCE_NOT_AVAILABLE if
 * the roster does not know the bus; IOTA_FAILURE on an internal failure.
 *
 * Any thread.
 */
HW_INT IOTA_SoftBusGetVersion(const HW_CHAR *busId, HW_LONG *version);

#ifdef __cplusplus
}
#endif

#endif /* IOTA_SOFTBUS_EXT_H */
