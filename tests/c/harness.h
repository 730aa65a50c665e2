/*
 * What the C test programs share: arguments, checks, captured log, recorded protocol callbacks, and a line protocol with the
 * test that started them (tests/c_programs/c_harness): "@request" on standard output, one reply line on standard input.
 */
#ifndef HWMQTT_TEST_HARNESS_H
#define HWMQTT_TEST_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include "hw_type.h"
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_error_type.h"
#include "iota_init.h"
#include "iota_login.h"
#include "log_util.h"
#include "soft_bus_datatrans.h"
#include "subscribe.h"

#define PROTOCOL_KINDS 9

typedef struct {
    char *address;
    char *port;
    char *id;
    char *secret;
    char *workDir;
} Arguments;

extern Arguments g_args;

/* Reads "--name value" pairs and installs the log capture. */
void Start(int argc, char **argv);
/* The value of any other "--name", or fallback. */
char *Option(const char *name, char *fallback);
/* Prints "N passed, N failed" and returns the exit status of the program. */
int Finish(void);

void Check(bool ok, const char *file, int line, const char *format, ...) __attribute__((format(printf, 4, 5)));
void CheckText(const char *actual, const char *expected, const char *file, int line, const char *expression);

#define CHECK(condition) Check((condition), __FILE__, __LINE__, "%s", #condition)
#define CHECK_INT(actual, expected) \
    do { \
        long long actualValue = (long long)(actual); \
        long long expectedValue = (long long)(expected); \
        Check(actualValue == expectedValue, __FILE__, __LINE__, "%s is %lld, expected %lld", #actual, actualValue, expectedValue); \
    } while (0)
#define CHECK_TEXT(actual, expected) CheckText((actual), (expected), __FILE__, __LINE__, #actual)
#define CHECK_SOON(condition, milliseconds) \
    do { \
        long long waitUntil = NowMs() + Patience(milliseconds); \
        while (!(condition) && NowMs() < waitUntil) { \
            SleepMs(5); \
        } \
        Check((condition), __FILE__, __LINE__, "within %d ms: %s", (int)(milliseconds), #condition); \
    } while (0)

/* Asks the test to do something with the platform; false when it answers anything but "ok". */
bool Ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* As Ask, and gives the reply's text (valid until the next request). */
const char *AskText(const char *format, ...) __attribute__((format(printf, 1, 2)));

void SleepMs(long milliseconds);
/* A time limit for this run: longer where programs run slowly (argument --slow). */
long long Patience(long long milliseconds);
long long NowMs(void);

/* The log so far; what is captured is also printed, each line after "log: ". */
bool LogHas(const char *text);
int LogLines(void);
void LogForget(void);
void LogPrint(bool on);
/* Called for each line after it is captured, on the thread that logs; NULL for nothing. */
void InsideLog(void (*function)(void));

/* Registers a recording function for all protocol callbacks. */
void RecordProtocol(void);
int Count(EN_IOTA_CALLBACK_SETTING kind);
int LastCode(EN_IOTA_CALLBACK_SETTING kind);
int LastMessageId(EN_IOTA_CALLBACK_SETTING kind);
void *LastContext(EN_IOTA_CALLBACK_SETTING kind);
bool LastMessageIs(EN_IOTA_CALLBACK_SETTING kind, const char *text);
void ForgetProtocol(void);
/* Called inside the recorded callback of that kind, after recording; NULL for nothing. */
void InsideProtocol(EN_IOTA_CALLBACK_SETTING kind, void (*function)(void));

/* Init with the arguments' work directory and the arguments' platform, device and secret; secret mode. */
int InitAndConfigure(void);
/* InitAndConfigure, IOTA_Connect, and waiting for the connection. */
bool ConnectNow(void);
/* A report that every state accepts or refuses in the same way: QoS 1, own topic. */
int Report(void *context);

#endif
