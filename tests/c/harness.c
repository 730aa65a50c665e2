#define _GNU_SOURCE

#include "harness.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPLY_SIZE 65536

typedef struct {
    int count;
    int code;
    int messageId;
    void *context;
    char message[128];
    bool hasMessage;
    void (*inside)(void);
} Record;

Arguments g_args;

static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static int g_argc;
static char **g_argv;
static int g_slow = 1;
static int g_passed;
static int g_failed;
static char *g_log;
static size_t g_logLength;
static size_t g_logSize;
static int g_logLines;
static bool g_logPrint = true;
static void (*g_insideLog)(void);
static Record g_records[PROTOCOL_KINDS];
static char g_reply[REPLY_SIZE];

void SleepMs(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
    (void)nanosleep(&time, NULL);
}

long long NowMs(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

long long Patience(long long milliseconds)
{
    return milliseconds * g_slow;
}

/* ---- log ---- */

static void OnLog(int level, char *format, va_list args)
{
    char line[8192];
    int length = vsnprintf(line, sizeof(line), format, args);
    void (*inside)(void);

    (void)level;
    if (length < 0) {
        return;
    }
    line[strcspn(line, "\n")] = '\0';
    length = (int)strlen(line);
    (void)pthread_mutex_lock(&g_lock);
    if (g_logLength + (size_t)length + 2 > g_logSize && g_logSize < ((size_t)64 << 20)) {
        g_logSize = (g_logSize + (size_t)length + 2) * 2;
        g_log = realloc(g_log, g_logSize);
    }
    if (g_log != NULL && g_logLength + (size_t)length + 2 <= g_logSize) {
        memcpy(g_log + g_logLength, line, (size_t)length);
        g_logLength += (size_t)length;
        g_log[g_logLength++] = '\n';
        g_log[g_logLength] = '\0';
    }
    g_logLines++;
    if (g_logPrint) {
        printf("log: %s\n", line);
    }
    inside = g_insideLog;
    (void)pthread_mutex_unlock(&g_lock);
    if (inside != NULL) {
        inside();
    }
}

void InsideLog(void (*function)(void))
{
    (void)pthread_mutex_lock(&g_lock);
    g_insideLog = function;
    (void)pthread_mutex_unlock(&g_lock);
}

bool LogHas(const char *text)
{
    bool found;
    (void)pthread_mutex_lock(&g_lock);
    found = g_log != NULL && strstr(g_log, text) != NULL;
    (void)pthread_mutex_unlock(&g_lock);
    return found;
}

int LogLines(void)
{
    int lines;
    (void)pthread_mutex_lock(&g_lock);
    lines = g_logLines;
    (void)pthread_mutex_unlock(&g_lock);
    return lines;
}

void LogForget(void)
{
    (void)pthread_mutex_lock(&g_lock);
    g_logLength = 0;
    g_logLines = 0;
    if (g_log != NULL) {
        g_log[0] = '\0';
    }
    (void)pthread_mutex_unlock(&g_lock);
}

void LogPrint(bool on)
{
    (void)pthread_mutex_lock(&g_lock);
    g_logPrint = on;
    (void)pthread_mutex_unlock(&g_lock);
}

/* ---- arguments and checks ---- */

char *Option(const char *name, char *fallback)
{
    for (int i = 1; i + 1 < g_argc; i++) {
        if (strncmp(g_argv[i], "--", 2) == 0 && strcmp(g_argv[i] + 2, name) == 0) {
            return g_argv[i + 1];
        }
    }
    return fallback;
}

void Start(int argc, char **argv)
{
    g_argc = argc;
    g_argv = argv;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    g_args.address = Option("address", "127.0.0.1");
    g_args.port = Option("port", "1883");
    g_args.id = Option("id", "device");
    g_args.secret = Option("secret", "secret");
    g_args.workDir = Option("work-dir", ".");
    g_slow = atoi(Option("slow", "1"));
    IOTA_SetPrintLogCallback(OnLog);
}

void Check(bool ok, const char *file, int line, const char *format, ...)
{
    va_list args;

    (void)pthread_mutex_lock(&g_lock);
    if (ok) {
        g_passed++;
    } else {
        g_failed++;
        printf("FAILED %s:%d: ", file, line);
        va_start(args, format);
        (void)vprintf(format, args);
        va_end(args);
        printf("\n");
    }
    (void)pthread_mutex_unlock(&g_lock);
}

void CheckText(const char *actual, const char *expected, const char *file, int line, const char *expression)
{
    bool same = (actual == NULL || expected == NULL) ? actual == expected : strcmp(actual, expected) == 0;
    Check(same, file, line, "%s is \"%s\", expected \"%s\"", expression, actual != NULL ? actual : "(NULL)",
        expected != NULL ? expected : "(NULL)");
}

int Finish(void)
{
    IOTA_SetPrintLogCallback(NULL);
    (void)pthread_mutex_lock(&g_lock);
    free(g_log);
    g_log = NULL;
    g_logSize = 0;
    g_logLength = 0;
    printf("%d passed, %d failed\n", g_passed, g_failed);
    (void)pthread_mutex_unlock(&g_lock);
    return (g_failed == 0 && g_passed > 0) ? 0 : 1;
}

/* ---- the test that started this program ---- */

static const char *Exchange(const char *format, va_list args)
{
    (void)pthread_mutex_lock(&g_lock);
    printf("@");
    (void)vprintf(format, args);
    printf("\n");
    (void)fflush(stdout);
    (void)pthread_mutex_unlock(&g_lock);
    if (fgets(g_reply, sizeof(g_reply), stdin) == NULL) {
        printf("FAILED: the test does not answer\n");
        exit(3);
    }
    g_reply[strcspn(g_reply, "\n")] = '\0';
    return g_reply;
}

const char *AskText(const char *format, ...)
{
    va_list args;
    const char *reply;

    va_start(args, format);
    reply = Exchange(format, args);
    va_end(args);
    return reply;
}

bool Ask(const char *format, ...)
{
    va_list args;
    bool ok;

    va_start(args, format);
    ok = strcmp(Exchange(format, args), "ok") == 0;
    va_end(args);
    if (!ok) {
        printf("the test answered: %s\n", g_reply);
    }
    return ok;
}

/* ---- protocol callbacks ---- */

static void Store(EN_IOTA_CALLBACK_SETTING kind, EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    Record *record = &g_records[kind];
    void (*inside)(void);

    (void)pthread_mutex_lock(&g_lock);
    record->code = rsp->mqtt_msg_info->code;
    record->messageId = rsp->mqtt_msg_info->messageId;
    record->context = rsp->mqtt_msg_info->context;
    record->hasMessage = rsp->message != NULL;
    (void)snprintf(record->message, sizeof(record->message), "%s", rsp->message != NULL ? rsp->message : "");
    record->count++;
    inside = record->inside;
    (void)pthread_mutex_unlock(&g_lock);
    if (rsp->deviceSecret != NULL) {
        Check(false, __FILE__, __LINE__, "deviceSecret is not NULL in callback %d", (int)kind);
    }
    if (inside != NULL) {
        inside();
    }
}

#define RECORDER(name, kind) \
    static void name(EN_IOTA_MQTT_PROTOCOL_RSP *rsp) \
    { \
        Store((kind), rsp); \
    }

RECORDER(OnConnectSuccess, EN_IOTA_CALLBACK_CONNECT_SUCCESS)
RECORDER(OnConnectFailure, EN_IOTA_CALLBACK_CONNECT_FAILURE)
RECORDER(OnDisconnectSuccess, EN_IOTA_CALLBACK_DISCONNECT_SUCCESS)
RECORDER(OnDisconnectFailure, EN_IOTA_CALLBACK_DISCONNECT_FAILURE)
RECORDER(OnConnectionLost, EN_IOTA_CALLBACK_CONNECTION_LOST)
RECORDER(OnPublishSuccess, EN_IOTA_CALLBACK_PUBLISH_SUCCESS)
RECORDER(OnPublishFailure, EN_IOTA_CALLBACK_PUBLISH_FAILURE)
RECORDER(OnSubscribeSuccess, EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS)
RECORDER(OnSubscribeFailure, EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE)

void RecordProtocol(void)
{
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnectSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, OnConnectFailure);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_DISCONNECT_SUCCESS, OnDisconnectSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_DISCONNECT_FAILURE, OnDisconnectFailure);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECTION_LOST, OnConnectionLost);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, OnPublishSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, OnPublishFailure);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, OnSubscribeSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE, OnSubscribeFailure);
}

#define READ_RECORD(expression) \
    do { \
        (void)pthread_mutex_lock(&g_lock); \
        value = (expression); \
        (void)pthread_mutex_unlock(&g_lock); \
    } while (0)

int Count(EN_IOTA_CALLBACK_SETTING kind)
{
    int value;
    READ_RECORD(g_records[kind].count);
    return value;
}

int LastCode(EN_IOTA_CALLBACK_SETTING kind)
{
    int value;
    READ_RECORD(g_records[kind].code);
    return value;
}

int LastMessageId(EN_IOTA_CALLBACK_SETTING kind)
{
    int value;
    READ_RECORD(g_records[kind].messageId);
    return value;
}

void *LastContext(EN_IOTA_CALLBACK_SETTING kind)
{
    void *value;
    READ_RECORD(g_records[kind].context);
    return value;
}

bool LastMessageIs(EN_IOTA_CALLBACK_SETTING kind, const char *text)
{
    bool value;
    READ_RECORD(text == NULL ? !g_records[kind].hasMessage
                             : g_records[kind].hasMessage && strcmp(g_records[kind].message, text) == 0);
    return value;
}

void ForgetProtocol(void)
{
    (void)pthread_mutex_lock(&g_lock);
    memset(g_records, 0, sizeof(g_records));
    (void)pthread_mutex_unlock(&g_lock);
}

void InsideProtocol(EN_IOTA_CALLBACK_SETTING kind, void (*function)(void))
{
    (void)pthread_mutex_lock(&g_lock);
    g_records[kind].inside = function;
    (void)pthread_mutex_unlock(&g_lock);
}

/* ---- a session ---- */

int InitAndConfigure(void)
{
    int result = IOTA_Init(g_args.workDir);
    if (result != 0) {
        return result;
    }
    result = IOTA_ConnectConfigSet(g_args.address, g_args.port, g_args.id, g_args.secret);
    if (result != 0) {
        return result;
    }
    return IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_SECRET);
}

bool ConnectNow(void)
{
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(IOTA_IsConnected() == 1, 10000);
    return IOTA_IsConnected() == 1;
}

int Report(void *context)
{
    ST_IOTA_SERVICE_DATA_INFO service = {"basic", NULL, "{\"level\":1}"};
    return IOTA_PropertiesReport(&service, 1, 0, context);
}
