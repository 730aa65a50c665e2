/*
 * What every capability demo needs: its arguments, a connected session, and waiting for what a callback announces.
 * Include it before any other header.
 */
#ifndef SESSION_H
#define SESSION_H

#define _DEFAULT_SOURCE

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hw_type.h"
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_init.h"
#include "iota_login.h"
#include "log_util.h"

#define PATIENCE_SECONDS 20

typedef struct {
    char *host;
    char *port;
    char *id;
    char *secret;
    char *workDir;
} Session;

static Session g_session = {NULL, NULL, NULL, NULL, "."};
static int g_connected;
static int g_delivered;

/* Callbacks run on a thread of the library: what they count is read by main. */
static inline void Count(int *counter)
{
    (void)__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

/* Waits until `counter` has reached `wanted`. */
static inline bool WaitFor(int *counter, int wanted)
{
    const struct timespec pause = {0, 10 * 1000 * 1000};

    for (int i = 0; i < PATIENCE_SECONDS * 100; i++) {
        if (__atomic_load_n(counter, __ATOMIC_SEQ_CST) >= wanted) {
            return true;
        }
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

static inline void Say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    (void)putchar('\n');
    (void)fflush(stdout);
}

/* Many members of the library's structures may be NULL. */
static inline const char *Text(const char *text)
{
    return text != NULL ? text : "(none)";
}

static inline bool Same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static inline void OnLog(int level, char *format, va_list args)
{
    if (level >= EN_LOG_LEVEL_WARNING) {
        (void)vfprintf(stderr, format, args);
        (void)fputc('\n', stderr);
    }
}

static inline void OnConnected(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    Say("connected as %s", g_session.id);
    Count(&g_connected);
}

static inline void OnConnectFailed(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    Say("not connected, code %d: %s", rsp->mqtt_msg_info->code, Text(rsp->message));
}

static inline void OnDelivered(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    Count(&g_delivered);
}

static inline void OnNotDelivered(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    Say("message %d was not delivered, code %d", rsp->mqtt_msg_info->messageId, rsp->mqtt_msg_info->code);
}

/* PROGRAM HOST PORT DEVICE_ID …; the secret comes from the environment. */
static inline bool ReadArguments(int argc, char **argv, int more, const char *usage)
{
    char *workDir = getenv("DEVICE_WORK_DIR");

    g_session.secret = getenv("DEVICE_SECRET");
    if (argc != 4 + more || g_session.secret == NULL) {
        (void)fprintf(stderr,
            "usage: DEVICE_SECRET=… %s HOST PORT DEVICE_ID%s\n"
            "A PORT with 1883 in it is plain, one with 8883 is TLS. For TLS the environment variable DEVICE_WORK_DIR\n"
            "names the directory that holds conf/rootcert.pem (default: the current one).\n",
            argv[0], usage);
        return false;
    }
    g_session.host = argv[1];
    g_session.port = argv[2];
    g_session.id = argv[3];
    if (workDir != NULL) {
        g_session.workDir = workDir;
    }
    return true;
}

/* The library's set-up, up to the choice of callbacks and IOTA_Connect. */
static inline bool Prepare(void)
{
    IOTA_SetPrintLogCallback(OnLog);
    if (IOTA_Init(g_session.workDir) != 0) {
        Say("IOTA_Init failed");
        return false;
    }
    (void)IOTA_ConnectConfigSet(g_session.host, g_session.port, g_session.id, g_session.secret);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnected);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, OnConnectFailed);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, OnDelivered);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, OnNotDelivered);
    return true;
}

/* Connects, and waits until the session stands. */
static inline bool Connect(void)
{
    return IOTA_Connect() == 0 && WaitFor(&g_connected, 1);
}

/* Ends the session; the program's exit status. */
static inline int Finish(bool ok)
{
    (void)IOTA_DisConnect();
    (void)IOTA_Destroy();
    Say(ok ? "done" : "failed");
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif /* SESSION_H */
