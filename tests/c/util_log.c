/* util/log_util.h: the log callback, its prefix and its slot. */
#include <locale.h>
#include <pthread.h>
#include <time.h>

#include "hmac_sha256.h"
#include "iota_init.h"
#include "log_util.h"
#include "util_check.h"

void SetLogCallback(PRINTF_LOG_CALLBACK_HANDLER callback);

static int g_calls;
static int g_level;
static char g_format[256];
static char g_text[256];

static void Keep(int level, char *format, va_list args)
{
    g_calls++;
    g_level = level;
    snprintf(g_format, sizeof(g_format), "%s", format);
    vsnprintf(g_text, sizeof(g_text), format, args);
    format[0] = 'X'; /* it is writable */
}

static void Other(int level, char *format, va_list args)
{
    (void)level;
    (void)format;
    (void)args;
    g_calls += 100;
}

static int HasTime(const char *text)
{
    static const char shape[] = "dddd-dd-dd dd:dd:dd.ddd ";
    size_t i;

    for (i = 0; shape[i] != '\0'; i++) {
        if (shape[i] == 'd' ? (text[i] < '0' || text[i] > '9') : text[i] != shape[i]) {
            return 0;
        }
    }
    return 1;
}

static void Prefixes(void)
{
    static const struct { int level; const char *word; } levels[] = {
        {-1, "U "}, {EN_LOG_LEVEL_DEBUG, "DEBUG "}, {EN_LOG_LEVEL_INFO, "INFO "}, {EN_LOG_LEVEL_WARNING, "WARNING "},
        {EN_LOG_LEVEL_ERROR, "ERROR "}, {4, "U "}, {7, "U "}, {EN_LOG_LEVEL_MQTT_MAXIMUM, "MQTT_MAXIMUM "},
        {EN_LOG_LEVEL_MQTT_MEDIUM, "MQTT_MEDIUM "}, {EN_LOG_LEVEL_MQTT_MINIMUM, "MQTT_MINIMUM "},
        {EN_LOG_LEVEL_MQTT_PROTOCOL, "MQTT_PROTOCOL "}, {EN_LOG_LEVEL_MQTT_ERROR, "MQTT_ERROR "},
        {EN_LOG_LEVEL_MQTT_SEVERE, "MQTT_SEVERE "}, {EN_LOG_LEVEL_MQTT_FATAL, "MQTT_FATAL "}, {15, "U "}, {100, "U "},
    };
    size_t i;

    for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        int timed = levels[i].level < 8 || levels[i].level > 14;
        char expected[64];

        PrintfLog(levels[i].level, "x=%d\n", 5);
        NUMBER(g_calls, (int)i + 1);
        NUMBER(g_level, levels[i].level);
        OK(HasTime(g_format) == timed);
        snprintf(expected, sizeof(expected), "%sx=%%d\n", levels[i].word);
        TEXT(g_format + (timed ? 24 : 0), expected);
    }
}

static void Arguments(void)
{
    PrintfLog(EN_LOG_LEVEL_MQTT_ERROR, "%d %s %.2f %lld %c %p %u %s %f %s|%d", 1, "two", 3.5, 1099511627776LL, '5', NULL, 7u,
              "eight", 9.0, "ten", 11);
    TEXT(g_text, localeconv()->decimal_point[0] == ','
                     ? "MQTT_ERROR 1 two 3,50 1099511627776 5 (nil) 7 eight 9,000000 ten|11"
                     : "MQTT_ERROR 1 two 3.50 1099511627776 5 (nil) 7 eight 9.000000 ten|11");
    PrintfLog(EN_LOG_LEVEL_MQTT_ERROR, "%f %f %f %f %f %f %f %f %.1f", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.5);
    NUMBER(strlen(g_text), 11 + 8 * 9 + 3);
    PrintfLog(EN_LOG_LEVEL_MQTT_ERROR, "%s", "%s%n");
    TEXT(g_text, "MQTT_ERROR %s%n");
    g_calls = 0;
    PrintfLog(EN_LOG_LEVEL_INFO, NULL);
    NUMBER(g_calls, 0);
}

static void LocalTime(void)
{
    struct tm now;
    time_t seconds = time(NULL);
    char day[16];

    setenv("TZ", "<+14>-14", 1);
    PrintfLog(EN_LOG_LEVEL_INFO, "x");
    tzset();
    localtime_r(&seconds, &now);
    strftime(day, sizeof(day), "%Y-%m-%d %H", &now);
    OK(strncmp(g_format, day, strlen(day)) == 0);
    setenv("TZ", "UTC", 1);
}

static void Lines(void)
{
    g_calls = 0;
    EncryptWithHMac(NULL, NULL, 0, NULL, 0); /* the library has something to say */
    NUMBER(g_calls, 1);
    NUMBER(g_level, EN_LOG_LEVEL_ERROR);
    OK(HasTime(g_format));
    TEXT(g_format + 24, "ERROR %s\n");
    OK(strstr(g_text, "ERROR EncryptWithHMac: ") != NULL);
}

static void Slot(void)
{
    g_calls = 0;
    SetLogCallback(Other);
    PrintfLog(EN_LOG_LEVEL_INFO, "x");
    NUMBER(g_calls, 100);
    IOTA_SetPrintLogCallback(Keep);
    PrintfLog(EN_LOG_LEVEL_INFO, "x");
    NUMBER(g_calls, 101);
    SetPrintfLogCallback(NULL);
    PrintfLog(EN_LOG_LEVEL_INFO, "x");
    EncryptWithHMac(NULL, NULL, 0, NULL, 0);
    NUMBER(g_calls, 101);
}

static int g_depth;

static void Nested(int level, char *format, va_list args)
{
    (void)format;
    (void)args;
    g_depth++;
    if (level > 0) {
        PrintfLog(level - 1, "deeper");
    } else {
        SetPrintfLogCallback(NULL);
        PrintfLog(0, "lost");
    }
}

static int g_together;

static void Count(int level, char *format, va_list args)
{
    char text[64];

    (void)level;
    vsnprintf(text, sizeof(text), format, args);
    if (strstr(text, "INFO thread 7 of seven") != NULL) {
        __atomic_add_fetch(&g_together, 1, __ATOMIC_RELAXED);
    }
}

static void *Logging(void *unused)
{
    int i;

    for (i = 0; i < 500; i++) {
        PrintfLog(EN_LOG_LEVEL_INFO, "thread %d of %s", 7, "seven");
    }
    return unused;
}

static void *Toggling(void *unused)
{
    int i;

    for (i = 0; i < 500; i++) {
        SetPrintfLogCallback(i % 2 == 0 ? NULL : Count);
    }
    return unused;
}

static void Threads(void)
{
    pthread_t threads[5];
    int i;

    SetPrintfLogCallback(Nested);
    PrintfLog(3, "start");
    NUMBER(g_depth, 4);

    SetPrintfLogCallback(Count);
    for (i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, Logging, NULL);
    }
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    NUMBER(g_together, 2000);
    for (i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, Logging, NULL);
    }
    pthread_create(&threads[4], NULL, Toggling, NULL);
    for (i = 0; i < 5; i++) {
        pthread_join(threads[i], NULL);
    }
    OK(g_together >= 2000 && g_together <= 4000);
    SetPrintfLogCallback(NULL);
}

int main(void)
{
    setlocale(LC_ALL, "");
    if (getenv("UTIL_DECIMAL_POINT") != NULL) {
        TEXT(localeconv()->decimal_point, getenv("UTIL_DECIMAL_POINT"));
    }
    PrintfLog(EN_LOG_LEVEL_INFO, "nobody listens %s\n", "yet");
    SetPrintfLogCallback(Keep);
    Prefixes();
    Arguments();
    LocalTime();
    Lines();
    Slot();
    Threads();
    return Finish();
}
