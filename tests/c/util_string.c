/* util/string_util.h, base/hmac_sha256.h, util/mqttv5_util.h: every function with its odd cases. */
#include <limits.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>

#include "hmac_sha256.h"
#define MQTTV5
#include "mqttv5_util.h"
#include "string_util.h"
#include "util_check.h"

char *GetClientTimesStampWithSec(void);

static void Searching(void)
{
    const char *text = "hello world";

    NUMBER(StringLength(NULL), 0);
    NUMBER(StringLength(""), 0);
    NUMBER(StringLength("\xe4\xb8\xad"), 3);
    OK(StrInStr(text, "o w") == text + 4);
    OK(StrInStr(text, "O W") == NULL);
    OK(StrInStr(text, "") == text);
    OK(StrInStr(NULL, "a") == NULL && StrInStr(text, NULL) == NULL);
    NUMBER(GetSubStrIndex(text, "world"), 6);
    NUMBER(GetSubStrIndex(text, ""), 0);
    NUMBER(GetSubStrIndex("", ""), -1);
    NUMBER(GetSubStrIndex(text, "x"), -1);
    NUMBER(GetSubStrIndex(NULL, "x"), -1);
    NUMBER(GetSubStrIndex(text, NULL), -1);
    NUMBER(GetSubStrIndex("0123456789012345678", "0123456789012345678"), 0);
    NUMBER(GetSubStrIndex("01234567890123456789", "01234567890123456789"), -1);
    NUMBER(StrEndWith("a.json", ".json"), 1);
    NUMBER(StrEndWith("a.json", ""), 1);
    NUMBER(StrEndWith("json", "a.json"), 0);
    NUMBER(StrEndWith(NULL, ""), 0);
    NUMBER(StrEndWith("", NULL), 0);
}

static void Numbers(void)
{
    size_t size = 2 * 1000 * 1000;
    char *large = malloc(size + 1);

    NUMBER(String2Int(NULL), -1);
    NUMBER(String2Int(" \t-12x"), -12);
    NUMBER(String2Int("x"), 0);
    NUMBER(String2Int("2147483648"), INT_MIN);
    NUMBER(getLLongValueFromStr("{\"version\":12}", "version"), 12);
    NUMBER(getLLongValueFromStr("{\"v2\":-9}", "v2"), 2);
    NUMBER(getLLongValueFromStr("{\"version\":null,\"x\":5}", "version"), 5);
    NUMBER(getLLongValueFromStr("9223372036854775808", ""), LLONG_MAX);
    NUMBER(getLLongValueFromStr("123456789012345678901", ""), -1);
    NUMBER(getLLongValueFromStr("abc", "x"), -1);
    NUMBER(getLLongValueFromStr(NULL, "x"), -1);
    memset(large, 'x', size);
    large[size] = '\0';
    NUMBER(getLLongValueFromStr(large, "x"), 0);
    free(large);
}

static void Memory(void)
{
    char *text = (char *)"untouched";
    char exact[4] = {'a', 'b', 'c', 'd'};
    char *block;
    char *moved;
    MQTTV5_USER_PRO *first = calloc(1, sizeof(*first));
    MQTTV5_USER_PRO *second = calloc(1, sizeof(*second));

    StringMalloc(NULL, 5);
    StringMalloc(&text, 0);
    StringMalloc(&text, -1);
    TEXT(text, "untouched");
    StringMalloc(&text, 3);
    OK(text[0] == 0 && text[1] == 0 && text[2] == 0);
    free(text);

    block = exact;
    NUMBER(CopyStrValue(&block, "x", 0), 0);
    NUMBER(CopyStrValue(&block, "x", -3), 0);
    OK(block == exact);
    NUMBER(CopyStrValue(NULL, "x", 1), 0);
    NUMBER(CopyStrValue(&block, exact, 4), 0);
    OWNED(block, "abcd");
    NUMBER(CopyStrValue(&block, "ab", 9), 0);
    OK(memcmp(block, "ab\0\0\0\0\0\0\0", 10) == 0);
    MemFree(&block);
    OK(block == NULL);
    NUMBER(CopyStrValue(&block, NULL, 3), -1);
    OK(block == NULL);
    block = exact;
    NUMBER(CopyStrValue(&block, "x", INT_MAX), -1);
    OK(block == NULL);

    OK(ReassignMemory(NULL, 5) == NULL);
    block = strdup("hello");
    OK(ReassignMemory(block, 0) == block);
    OK(ReassignMemory(block, 5) == block);
    moved = ReassignMemory(block, 6);
    TEXT(moved, "hello");
    free(moved);

    OWNED(CombineStrings(3, "a", "b", "c"), "abc");
    OWNED(CombineStrings(4, "a", NULL, "", "d"), "ad");
    OWNED(CombineStrings(-1, "a", "b"), "a");
    OWNED(CombineStrings(9, "1", "2", "3", "4", "5", "6", "7", "8", "9"), "123456789");
    OK(CombineStrings(2, NULL, "b") == NULL);
    OK(CombineStrings(2, "", "b") == NULL);

    first->nex = second;
    first->key = first->Value = exact;
    mqttV5_listFree(first);
    mqttV5_listFree(NULL);
}

static void Times(void)
{
    static const struct { const char *zone; long long seconds; const char *text; const char *compact; } places[] = {
        {"UTC", 1674920309, "2023-01-28 15:38:29.609", "20230128153829"},
        {"CST-8", 1674920309, "2023-01-28 23:38:29.609", "20230128233829"},
        {"EST5EDT,M3.2.0,M11.1.0", 1674920309, "2023-01-28 10:38:29.609", "20230128103829"},
        {"EST5EDT,M3.2.0,M11.1.0", 1688169600, "2023-06-30 20:00:00.609", "20230630200000"},
        {"<+0545>-5:45", 0, "1970-01-01 05:45:00.609", "19700101054500"},
        {"UTC", 253402300799, "9999-12-31 23:59:59.609", "99991231235959"},
    };
    struct timeval tv;
    char *stamp;
    unsigned long long before;
    size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        setenv("TZ", places[i].zone, 1);
        tv.tv_sec = (time_t)places[i].seconds;
        tv.tv_usec = 609999;
        OWNED(Timeval2Str(&tv), places[i].text);
        OWNED(Timeval2CompactStr(&tv), places[i].compact);
    }
    setenv("TZ", "UTC", 1);
    OK(Timeval2Str(NULL) == NULL && Timeval2CompactStr(NULL) == NULL);
    tv.tv_sec = (time_t)253402300800;
    OK(Timeval2Str(&tv) == NULL);
    tv.tv_sec = (time_t)67768036191676800;
    OK(Timeval2Str(&tv) == NULL && Timeval2CompactStr(&tv) == NULL);
    tv.tv_sec = 0;
    tv.tv_usec = 1000000;
    OK(Timeval2Str(&tv) == NULL);
    tv.tv_usec = -1000;
    OWNED(Timeval2Str(&tv), "1970-01-01 00:00:00.-01");

    before = (unsigned long long)time(NULL);
    OK(getTime() / 1000 - before <= 2);
    setenv("TZ", "CST-8", 1);
    stamp = GetEventTimesStamp();
    OK(strlen(stamp) == EVENT_TIME_LENGTH && stamp[8] == 'T' && stamp[15] == 'Z');
    free(stamp);
    stamp = GetClientTimesStamp();
    NUMBER(strlen(stamp), CLIENT_TIME_LENGTH);
    free(stamp);
    stamp = GetClientTimesStampWithSec();
    NUMBER(strlen(stamp), LOCAL_TIME_COMPACT_LENGTH);
    free(stamp);
    stamp = GetLocalTimeWithMs();
    NUMBER(strlen(stamp), LOCAL_TIME_WITH_MS_LENGTH);
    free(stamp);
    stamp = PrependLocalTimeWithMs("%s%n");
    TEXT(stamp + LOCAL_TIME_WITH_MS_LENGTH, " %s%n");
    free(stamp);
    stamp = PrependLocalTimeWithMs(NULL);
    TEXT(stamp + LOCAL_TIME_WITH_MS_LENGTH, " ");
    free(stamp);
}

static void Compressing(void)
{
    unsigned char packed[64];
    int i;

    memset(packed, 0xAA, sizeof(packed));
    i = gZIPCompress("hello", 5, packed, sizeof(packed));
    OK(i > 18 && i <= 30 && packed[0] == 0x1f && packed[9] == 3 && packed[i] == 0xAA);
    NUMBER(gZIPCompress("hello", 5, packed, i), i);
    NUMBER(gZIPCompress("hello", 5, packed, i - 1), -1);
    NUMBER(gZIPCompress("hello", 5, packed, 0), -1);
    NUMBER(gZIPCompress("hello", 5, packed, -1), -1);
    NUMBER(gZIPCompress("hello", 0, packed, sizeof(packed)), -1);
    NUMBER(gZIPCompress(NULL, 5, packed, sizeof(packed)), -1);
    NUMBER(gZIPCompress("hello", 5, NULL, sizeof(packed)), -1);
}

static const char EXPECTED[] = "e9d7006097ccd223626a769a21ecf8420e09dac62f4964948097a654d279632c";

static void *Hashing(void *wrong)
{
    char *key = strdup("2023012823");
    char out[65];
    int i;

    for (i = 0; i < 400; i++) {
        if (EncryptWithHMac("pw6", &key, 32, out, 0) != 0 || strcmp(out, EXPECTED) != 0 || strcmp(key, "2023012823") != 0) {
            __atomic_add_fetch((int *)wrong, 1, __ATOMIC_RELAXED);
        }
    }
    free(key);
    return NULL;
}

static void Digests(void)
{
    char *key = strdup("20230128151122");
    char *nothing = NULL;
    char out[65];
    pthread_t threads[4];
    int wrong = 0;
    int i;

    memset(out, 'x', sizeof(out));
    NUMBER(EncryptWithHMac("secret", &key, 32, out, 2), 0);
    TEXT(out, "f8516c7cd27a76724835425483224266256dabeadf77a048e53c99bb59fe578c");
    NUMBER(EncryptWithHMac("secret", &key, 1, out, 1), 0);
    TEXT(out, "65");
    NUMBER(EncryptWithHMac("secret", &key, 1000, out, 1), 0);
    NUMBER(strlen(out), 64);
    NUMBER(EncryptWithHMac("secret", &key, -1, out, 1), 0);
    TEXT(out, "");
    NUMBER(EncryptWithHMac(NULL, &key, 32, out, 0), -1);
    NUMBER(EncryptWithHMac("x", NULL, 32, out, 0), -1);
    NUMBER(EncryptWithHMac("x", &nothing, 32, out, 0), -1);
    NUMBER(EncryptWithHMac("x", &key, 32, NULL, 0), -1);
    free(key);
    key = strdup("short");
    NUMBER(EncryptWithHMac("x", &key, 32, out, 2), 0);
    TEXT(key, "short");
    free(key);
    for (i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, Hashing, &wrong);
    }
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    NUMBER(wrong, 0);

    OWNED(base64_encode((unsigned char *)"hello world"), "aGVsbG8gd29ybGQ=");
    OWNED(base64_encode((unsigned char *)""), "");
    OK(base64_encode(NULL) == NULL);
    OWNED(base64_decode((unsigned char *)"aGVsbG8gd29ybGQ="), "hello world");
    OWNED(base64_decode((unsigned char *)"aGVsbG8gd29ybGQ"), "hello world");
    OWNED(base64_decode((unsigned char *)""), "");
    OK(base64_decode(NULL) == NULL);
    OK(base64_decode((unsigned char *)"Q") == NULL);
    OK(base64_decode((unsigned char *)"aGVs bG8=") == NULL);
    OK(base64_decode((unsigned char *)"aG-_") == NULL);
}

int main(void)
{
    Searching();
    Numbers();
    Memory();
    Times();
    Compressing();
    Digests();
    return Finish();
}
