/* Generated from src/agentlite/iota_why_ext.rs; do not edit. */
/**
 * Why a call was refused, and why the device is offline, in words: an addition to the C
 * SDK's interface.
 */
#ifndef IOTA_WHY_EXT_H
#define IOTA_WHY_EXT_H

#include "hw_type.h"
#include "iota_error_type.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Says why the last call of this thread that was refused was refused: a line with the function, the
 * cause and its identifier, a line "because: ..." for each cause behind it, and a line "what to do:
 * ...". A call that succeeds leaves it as it is; "" when none was refused. Near link functions
 * (`dconncaseone_interface.h`) have their own codes and are not among these calls. docs/errors.md
 * lists the identifiers.
 *
 * - `buffer`: gets the text, cut between two characters to fit, and a NUL. NULL: only the
 *   length is wanted.
 * - `size`: bytes of `buffer`; 0 or less: as for NULL.
 *
 * Returns the bytes of the whole text without NUL, as snprintf does; IOTA_FAILURE when it
 * cannot be made.
 *
 * Any thread, callbacks included, before IOTA_Init too; never waits.
 *
 * Example: `char why[512]; if (IOTA_Connect() != 0 && IOTA_GetLastError(why, sizeof(why)) >
 * 0) puts(why);`
 *
 * See docs/spec/connection.md#why.
 */
HW_INT IOTA_GetLastError(char *buffer, HW_INT size);

/**
 * Says why the device has no connection, a line for each thing: its state and since when; when the
 * library tries again by itself, or what to call; the last five failures since a connection stood,
 * the newest first, each with its identifier.
 *
 * - `buffer`, `size`: as for `IOTA_GetLastError`.
 *
 * Returns the bytes of the whole text without NUL, as snprintf does; IOTA_FAILURE when it
 * cannot be made.
 *
 * Any thread, callbacks included, before IOTA_Init too; never waits.
 *
 * Example: `char why[1024]; if (IOTA_IsConnected() != 1 && IOTA_WhyOffline(why, sizeof(why)) >
 * 0) puts(why);`
 *
 * See docs/spec/connection.md#why.
 */
HW_INT IOTA_WhyOffline(char *buffer, HW_INT size);

#ifdef __cplusplus
}
#endif

#endif /* IOTA_WHY_EXT_H */
