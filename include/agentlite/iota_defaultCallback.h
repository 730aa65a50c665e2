/* Generated from src/agentlite/iota_defaultCallback.rs; do not edit. */
/** The built-in callbacks: reconnect with back-off, answer the version query. */
#ifndef IOTA_CALLBACK_EXAMPLE
#define IOTA_CALLBACK_EXAMPLE

#include "hw_type.h"

#ifdef __cplusplus
extern "C" {
#endif

/** First pause before connecting again, in milliseconds. */
#define IOTA_DEFAULE_BACKOFF 1000

/** Least pause, in milliseconds. */
#define IOTA_MIN_BACKOFF 1000

/** Longest pause, in milliseconds. */
#define IOTA_MAX_BACKOFF (30 * 1000)

/**
 * Registers the built-in callbacks, over those registered before: after a failed attempt or a lost
 * connection the library waits 2.6 s, then longer each time up to 30 s (on a timer, no callback is
 * blocked), and connects again; the other outcomes are logged. The platform's version query is
 * answered with `v1.0` for software and firmware. Call `IOTA_SetProtocolCallback` and the other
 * setters afterwards to replace single ones.
 *
 * In a program that is compiled with `SSH_SWITCH` it also calls `IOTA_DefaultTunnelCallbackInit`;
 * in others a notice of remote login only reaches the program's own callback.
 *
 * At any time, any thread. See docs/spec/connection.md#default-callbacks.
 */
void IOTA_DefaultCallbackInit(void);

#ifdef SSH_SWITCH

/**
 * Registers the built-in callback of remote login, over that of
 * `IOTA_SetEvenTunnelManagerCallback`: at each notice it opens the tunnel as `WssClientSplitUrl`
 * and `WssClientCreate` do, and so lets the platform log in on this machine with a user and a
 * password of the machine. That is why a program has to ask for it, here or with `SSH_SWITCH`. A
 * notice that comes without TLS, or that names a host outside the platform's domain, is refused
 * with a line (see `WssClientCreate`). Only in libraries with the cargo feature `tunnel`; without
 * it a program that calls this cannot be linked.
 *
 * At any time, any thread; survives `IOTA_Destroy`. See docs/spec/services.md#tunnel.
 */
void IOTA_DefaultTunnelCallbackInit(void);

/**
 * IOTA_DefaultCallbackInit for a program that is compiled with SSH_SWITCH: the callback of
 * remote login, too.
 */
static inline void IOTA_DefaultCallbackInitTunnel(void)
{
    IOTA_DefaultCallbackInit();
    IOTA_DefaultTunnelCallbackInit();
}
#define IOTA_DefaultCallbackInit IOTA_DefaultCallbackInitTunnel
#endif /* SSH_SWITCH */

#ifdef __cplusplus
}
#endif

#endif /* IOTA_CALLBACK_EXAMPLE */
