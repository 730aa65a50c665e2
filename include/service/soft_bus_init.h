/* Generated from src/service/soft_bus_init.rs; do not edit. */
/** Start and end of the near-field soft bus kit, and the names of the command that switches it. */
#ifndef SOFT_BUS_INIT_H
#define SOFT_BUS_INIT_H

#ifdef __cplusplus
extern "C" {
#endif

#define SOFT_BUS_INIT_SERVICE_ID "M2MService"
#define SOFT_BUS_INIT_COMMAND_NAME "SET_THING_SWITCH"
#define SOFT_BUS_INIT_STATUS "STATUS"
#define SOFT_BUS_INIT_CLIENT_OR_SERVER "CLIENT_OR_SERVER"

/**
 * InitDConnCaseOne as server, whoever provides it (a program may link a vendor's object that
 * defines it).
 *
 * - `ipAry`: the own address; NULL: -1, errorIp untouched.
 * - `errorIp`: room for 46 bytes, or NULL; see InitDConnCaseOne.
 *
 * Returns 0, -1, or the code of InitDConnCaseOne.
 *
 * Blocks. Any thread and any callback.
 */
int InitServerKit(char *ipAry, char *errorIp);

/**
 * InitDConnCaseOne as client, whoever provides it.
 *
 * - `ipAry`: the servers' addresses, separated by ','; NULL: -1, errorIp untouched.
 * - `errorIp`: room for 46 bytes, or NULL; see InitDConnCaseOne.
 *
 * Returns 0, -1, or the code of InitDConnCaseOne.
 *
 * Blocks. Any thread and any callback.
 */
int InitClientKit(char *ipAry, char *errorIp);

/**
 * CloseDConnCaseOne, whoever provides it.
 *
 * Any thread and any callback.
 */
void DestroyKit(void);

#ifdef __cplusplus
}
#endif

#endif /* SOFT_BUS_INIT_H */
