/*
 * Random sequences of all exported functions with random arguments: from several threads, from callbacks and the log callback,
 * with signals in between and forked children that go on. See play.py, which builds it and stands for the platform.
 *
 *   play FIRST COUNT ADDRESS PORT ID SECRET DIRECTORY
 *
 * Plays the sequences FIRST, FIRST + 1, … and says "sequence N" before each. What a sequence calls and with what follows from its
 * number; what the threads make of it depends on the clock as well. A sequence that takes longer than a minute ends the process
 * by SIGABRT, so do a child that hangs and a line of the log that speaks of an internal failure.
 */
#define _GNU_SOURCE
#define MQTTV5
#define SSH_SWITCH
#define SECURITY_AWARENESS_ENABLE

#include "hw_type.h"
#include "iota_bridge.h"
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_defaultCallback.h"
#include "iota_error_type.h"
#include "iota_init.h"
#include "iota_login.h"
#include "iota_softbus_ext.h"
#include "iota_stats_ext.h"
#include "iota_why_ext.h"
#include "cJSON.h"
#include "dconncaseone_interface.h"
#include "detect_anomaly.h"
#include "hmac_sha256.h"
#include "json_util.h"
#include "log_util.h"
#include "mqttv5_util.h"
#include "report_anomaly.h"
#include "securec.h"
#include "soft_bus_datatrans.h"
#include "soft_bus_init.h"
#include "string_util.h"
#include "subscribe.h"
#include "sys_hal.h"
#ifdef WITH_TUNNEL
#include "wss_client.h"
#endif

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Exported without a header, as the C SDK has them, or in one that redefines others. */
char *GetClientTimesStampWithSec(void);
char *Timeval2CompactStr(const struct timeval *tv);
void IOTA_SetCallback(int item, void (*callback)(void *, int, int, char *));
void IOTA_SetCallbackWithTopic(int item, void (*callback)(void *, int, int, char *, char *));
void SetLogCallback(void (*callback)(int level, char *format, va_list args));
void WssClientSendRsp(const char *reqId, const char *optype, char *buff, int len);
void WssClientSendDisConn(const char *reqId, const char *code, const char *msg);

typedef struct {
    const char *name;
    void (*play)(void);
} Player;

static char *g_address, *g_port, *g_id, *g_secret, *g_directory;
static bool g_child, g_verbose, g_over;
static long g_sequence;
static unsigned long g_progress; /* any call's end */

/* ---- chance ---- */

static __thread uint64_t t_chance;

static uint32_t Chance(uint32_t below)
{
    t_chance ^= t_chance << 13;
    t_chance ^= t_chance >> 7;
    t_chance ^= t_chance << 17;
    return (uint32_t)((t_chance >> 16) % below);
}

static void Seed(uint64_t seed)
{
    t_chance = (seed + 1) * 0x9E3779B97F4A7C15ull;
    for (int i = 0; i < 8; i++) {
        (void)Chance(2);
    }
}

static bool Few(void)
{
    return Chance(10) == 0;
}

/* ---- arguments: from malloc, each as large as it says, so that the sanitizer sees what reads too far ---- */

#define MOST_ROOMS 4096
static __thread void *t_rooms[MOST_ROOMS];
static __thread int t_used;

static void *Room(size_t size)
{
    void *room = calloc(1, size != 0 ? size : 1);
    if (room == NULL || t_used == MOST_ROOMS) {
        abort();
    }
    return t_rooms[t_used++] = room;
}

static void Release(int mark)
{
    while (t_used > mark) {
        free(t_rooms[--t_used]);
    }
}

static const char *const g_texts[] = {
    "", "{}", "[]", "{\"a\":1}", "null", "0", "1", "42", "-1", "99999999999999999999", "a", "device", "ONLINE", "OFFLINE", "/", "a/b",
    "a/+/b", "#", "$oc/devices/x/sys/messages/down", "127.0.0.1", "127.0.0.2", "127.0.0.1,127.0.0.2", "::1", "1883", "8883",
    "http://127.0.0.1:9/x", "https://127.0.0.1:9/x", "wss://127.0.0.1:9/x?y=1", "file.bin", ".", "spool", "rules.json",
    "20261201T000000Z", "\xff\xfe", "\xc3\xa4\xe2\x82\xac", "%s%n%d", "x\ny\r\n", " blank ", "{\"services\":[{\"service_id\":\"a\",\"properties\":{\"b\":2}}]}",
    "{\"bus_infos\":[{\"bus_id\":\"b\",\"bus_key\":\"0123456789abcdef0123\",\"device_count\":1,\"devices_info\":[{\"device_id\":\"d\",\"device_ip\":\"127.0.0.2\"}],\"version\":3}],\"bus_count\":1}",
    "{\"object_device_id\":\"d\",\"shadow\":[{\"service_id\":\"s\",\"desired\":{\"properties\":{\"memoryThreshold\":1}},\"version\":1}]}",
    "{\"deep\":[[[[[[[[[[{\"x\":[true,false,null,1e308,-0.5]}]]]]]]]]]]}", "\"text\"", "{\"open", "[1,2", "aGVsbG8=", "aGVsbG8",
};

static char *Copy(const char *text, size_t length)
{
    char *copy = Room(length + 1);
    memcpy(copy, text, length);
    return copy;
}

/* A text that is not NULL. */
static char *Word(void)
{
    char *text;
    size_t length;

    switch (Chance(16)) {
        case 0:
            return Copy(g_id, strlen(g_id));
        case 1:
            length = Chance(80);
            text = Room(length + 1);
            for (size_t i = 0; i < length; i++) {
                text[i] = (char)(1 + Chance(255));
            }
            return text;
        case 2: /* long, now and then very long */
            length = Chance(40) == 0 ? 1200000 : Chance(8) == 0 ? 70000 : 300 + Chance(2000);
            text = Room(length + 1);
            memset(text, 'a' + (int)Chance(26), length);
            return text;
        case 3:
            return Copy(g_secret, strlen(g_secret));
        default:
            text = (char *)g_texts[Chance(sizeof(g_texts) / sizeof(g_texts[0]))];
            return Copy(text, strlen(text));
    }
}

static char *Text(void)
{
    return Chance(12) == 0 ? NULL : Word();
}

static void Bytes(char *to, size_t size)
{
    size_t length = Few() ? size : Chance((uint32_t)size);
    memset(to, 'd', length);
}

static int Int(void)
{
    static const int ints[] = {0, 0, 1, 1, 1, 2, 3, 4, 5, 8, 17, 100, 101, 107, 119, 125, 255, 1000, 65535, -1, INT_MAX, INT_MIN};
    return Chance(4) == 0 ? (int)Chance(130) : ints[Chance(sizeof(ints) / sizeof(ints[0]))];
}

/* Of an array of so many. */
static int Count(int most)
{
    switch (Chance(8)) {
        case 0:
            return 0;
        case 1:
            return -1;
        case 2:
            return INT_MIN;
        default:
            return 1 + (int)Chance((uint32_t)most);
    }
}

static int *Lengths(int count)
{
    if (Few()) {
        return NULL;
    }
    int *lengths = Room((size_t)count * sizeof(int));
    for (int i = 0; i < count; i++) {
        lengths[i] = Few() ? Int() : (int)Chance(11);
    }
    return lengths;
}

static void *Context(void)
{
    return (void *)(uintptr_t)Chance(100000); /* never looked at */
}

static MQTTV5_USER_PRO *Pairs(void)
{
    MQTTV5_USER_PRO *first = NULL;
    for (uint32_t n = Chance(4); n > 0; n--) {
        MQTTV5_USER_PRO *pair = Room(sizeof(*pair));
        pair->key = Text();
        pair->Value = Text();
        pair->nex = first;
        first = pair;
    }
    return first;
}

/* ---- playing ---- */

static __thread volatile sig_atomic_t t_in_call;
static __thread int t_depth;

/* A signal handler may come at any moment of the call, and not while the program's own code is inside malloc. */
#define CALL(call) \
    do { \
        int before_ = t_in_call; \
        t_in_call = 1; \
        __asm__ volatile("" ::: "memory"); \
        call; \
        __asm__ volatile("" ::: "memory"); \
        t_in_call = before_; \
        __atomic_add_fetch(&g_progress, 1, __ATOMIC_RELAXED); \
    } while (0)

static void Play(int calls);

static void Say(const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    length = length < (int)sizeof(line) ? length : (int)sizeof(line) - 1;
    if (write(1, line, (size_t)length) < 0) {
        _exit(9);
    }
}

/* What every callback does; on a thread that may be the library's. */
static void Inside(uint32_t odds)
{
    static uint64_t count;
    int before = t_in_call;

    t_in_call = 0;
    if (t_chance == 0) {
        Seed((uint64_t)g_sequence * 7919 + __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED));
    }
    if (t_depth < 2 && !__atomic_load_n(&g_over, __ATOMIC_ACQUIRE) && Chance(odds) == 0) {
        Play(1 + (int)Chance(3));
    }
    t_in_call = before;
}

static void OnNothing(void)
{
    Inside(3);
}

static int OnNumber(void)
{
    Inside(3);
    return Int();
}

static void OnLog(int level, char *format, va_list args)
{
    char line[2048];
    int before = t_in_call;

    t_in_call = 0;
    (void)vsnprintf(line, sizeof(line), format, args);
    if (g_verbose) {
        Say("log %d: %.400s\n", level, line);
    }
    if (strstr(line, "internal failure") != NULL || strstr(line, "panicked") != NULL) {
        Say("INTERNAL %s\n", line);
        abort();
    }
    t_in_call = before;
    Inside(50);
}

#include "calls.h"

/* ---- by hand: what is taken out, given back or has to fit ---- */

static void Configure(void)
{
    char *address = Copy(g_address, strlen(g_address)), *port = Copy(g_port, strlen(g_port));
    char *id = Copy(g_id, strlen(g_id)), *secret = Copy(g_secret, strlen(g_secret));
    CALL((void)IOTA_ConnectConfigSet(address, port, id, secret));
    CALL((void)IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, 0));
    CALL((void)IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_TRANSPORT, 0));
    CALL((void)IOTA_ConfigSetUint(EN_IOTA_CFG_BRIDGE_MODE, 0));
    CALL((void)IOTA_ConfigSetUint(EN_IOTA_CFG_BS_MODE, 0));
    CALL((void)IOTA_ConfigSetStr(EN_IOTA_CFG_EXT_ALPN, ""));
}

static void Pause(uint32_t milliseconds)
{
    struct timespec time = {0, (long)milliseconds * 1000000};
    (void)nanosleep(&time, NULL);
}

static void Start(void)
{
    char *directory = Copy(g_directory, strlen(g_directory));
    CALL((void)IOTA_Init(directory));
    Configure();
    CALL((void)IOTA_Connect());
    for (int i = 0; i < 20 && !IOTA_IsConnected(); i++) {
        Pause(5);
    }
}

static void Item(void)
{
    static const int items[] = {7, 8, 9, 10, 11, 15, 100, 101, 102, 103, 104, 106, 107, 108, 109, 110, 115, 117, 118, 120, 121, 122, 124, 125};
    int item = items[Chance(sizeof(items) / sizeof(items[0]))];
    if (Chance(2) == 0) {
        unsigned value = (unsigned)Int();
        CALL((void)IOTA_ConfigSetUint(item, value));
    } else {
        char *value = item == EN_IOTA_CFG_EXT_SPOOL_DIRECTORY && Chance(2) == 0 ? Copy("spool", 5) : Text();
        CALL((void)IOTA_ConfigSetStr(item, value));
    }
}

static void Callbacks(void)
{
    CALL(SetPrintfLogCallback(OnLog));
    for (int kind = 0; kind < 9; kind++) {
        CALL(IOTA_SetProtocolCallback((EN_IOTA_CALLBACK_SETTING)kind, (void (*)(EN_IOTA_MQTT_PROTOCOL_RSP *))(void *)OnNothing));
    }
    CALL(IOTA_SetPrintLogCallback(OnLog));
}

static void OldCallbacks(void)
{
    int item = (int)Chance(20);
    bool off = Chance(3) == 0;
    CALL(IOTA_SetCallback(item, off ? NULL : (void (*)(void *, int, int, char *))(void *)OnNothing));
    CALL(IOTA_SetCallbackWithTopic(item, off ? NULL : (void (*)(void *, int, int, char *, char *))(void *)OnNothing));
}

static void LogCallback(void)
{
    CALL(SetLogCallback(OnLog));
    CALL(PrintfLog(Int(), "%s %d", "line", 7));
}

static void Tidy(char *text)
{
    free(text);
}

static void Strings(void)
{
    char *a = Text(), *b = Text(), *out = NULL;
    struct timeval time = {Int(), Int()};
    int length = (int)Chance(300);

    CALL((void)StringLength(a));
    CALL((void)StrInStr(a, b));
    CALL((void)String2Int(a));
    CALL((void)GetSubStrIndex(a, b));
    CALL((void)StrEndWith(a, b));
    CALL((void)getLLongValueFromStr(a, b));
    CALL((void)getTime());
    CALL(out = CombineStrings(3, a, b, a));
    Tidy(out);
    CALL(StringMalloc(&out, length));
    if (length > 0) {
        Tidy(out);
    }
    out = NULL;
    CALL((void)CopyStrValue(&out, a, a != NULL ? (int)strlen(a) : Int()));
    Tidy(out);
    CALL(out = GetClientTimesStamp());
    Tidy(out);
    CALL(out = GetEventTimesStamp());
    Tidy(out);
    CALL(out = GetClientTimesStampWithSec());
    Tidy(out);
    CALL(out = Timeval2Str(Few() ? NULL : &time));
    Tidy(out);
    CALL(out = Timeval2CompactStr(Few() ? NULL : &time));
    Tidy(out);
    CALL(out = GetLocalTimeWithMs());
    Tidy(out);
    CALL(out = PrependLocalTimeWithMs(a));
    Tidy(out);
    out = strdup("to be moved");
    CALL(out = ReassignMemory(out, Chance(64)));
    Tidy(out);
}

static void Digests(void)
{
    char *a = Text(), *key = Text();
    int length = (int)Chance(40);
    char *out = Room(2 * (size_t)(length > 32 ? 32 : length) + 1);
    unsigned char *coded = NULL;

    CALL((void)EncryptWithHMac(a, Few() ? NULL : &key, length, out, (int)Chance(4)));
    CALL(coded = base64_encode((unsigned char *)a));
    unsigned char *back = NULL;
    CALL(back = base64_decode(coded != NULL && Chance(2) ? coded : (unsigned char *)key));
    free(back);
    free(coded);
    if (a != NULL) {
        int source = (int)strlen(a), room = source + source / 1000 + 64;
        unsigned char *packed = Room((size_t)room);
        CALL((void)gZIPCompress(a, source, packed, Few() ? (int)Chance((uint32_t)room) : room));
    }
}

static void BusKit(void)
{
    char *a = Text(), *b = Text(), *got = NULL;
    char *error = Few() ? NULL : Room(DCONN_IP_ADDR_LEN);
    CallbackParam param = {(SendDataCallback)(void *)OnNothing, (ReceiveDataCallback)(void *)OnNothing, isValidIP, isValidDeviceID,
                           (GetAuthKey)(void *)getAuthKey, getDeviceId};

    switch (Chance(12)) {
        case 0:
            CALL(RegisterCallback(Few() ? NULL : &param));
            break;
        case 1:
            CALL((void)InitDConnCaseOne(Chance(3), a, error));
            break;
        case 2: {
            char *own = Copy(g_address, strlen(g_address));
            CALL(RegisterCallback(&param));
            CALL((void)InitServerKit(own, error));
            break;
        }
        case 3:
            CALL((void)InitClientKit(a, error));
            break;
        case 4:
            CALL(DestroyKit());
            break;
        case 5:
            CALL(UnRegisterCallback());
            break;
        case 6:
            CALL(CloseDConnCaseOne());
            break;
        case 7: {
            size_t length = b != NULL ? strlen(b) : Chance(10);
            CALL((void)DConnSendData(a, b, (unsigned)length));
            CALL((void)GetDConnVersion());
            break;
        }
        case 8: {
            soft_bus_total *total = NULL;
            size_t sum = 0;
            CALL(total = getSoftBusTotal());
            for (int i = 0; i < SOFTBUS_TOTAL_LEN; i++) { /* every text, used or not */
                sum += strlen(total->g_soft_bus_info[i].bus_key) + strlen(total->g_soft_bus_info[i].bus_id);
                for (int k = 0; k < SOFTBUS_INFO_LEN; k++) {
                    sum += strlen(total->g_soft_bus_info[i].g_device_soft_bus_info[k].device_id);
                    sum += strlen(total->g_soft_bus_info[i].g_device_soft_bus_info[k].device_ip);
                }
            }
            __asm__ volatile("" ::"r"(sum));
            break;
        }
        case 9:
            CALL(got = getIpAddr(a));
            Tidy(got);
            CALL(got = getAuthKey(Chance(2) ? g_id : a, b));
            Tidy(got);
            CALL((void)getDeviceId());
            CALL((void)isValidIP(a));
            CALL((void)isValidDeviceID(a));
            break;
        case 10: {
            IOTA_SoftBusSnapshot *all = NULL;
            HW_LONG version = 0;
            CALL(all = IOTA_SoftBusGetSnapshot());
            CALL(IOTA_SoftBusFreeSnapshot(all));
            CALL((void)IOTA_SoftBusGetVersion(a, Few() ? NULL : &version));
            break;
        }
        default:
            if (Few()) {
                CALL((void)releaseSoftBusCache());
            } else {
                cJSON *tree = cJSON_Parse(a);
                CALL((void)softBusParasToTotal(tree));
                cJSON_Delete(tree);
            }
            break;
    }
}

static void Figures(void)
{
    static IOTA_STATISTICS statistics;
    IOTA_STATISTICS *own = Room(sizeof(statistics));
    CALL((void)IOTA_GetStatistics(Few() ? NULL : own));
    char why[64];
    CALL((void)IOTA_GetLastError(Few() ? NULL : why, (int)sizeof why));
    CALL((void)IOTA_WhyOffline(Few() ? NULL : why, (int)sizeof why));
    CALL((void)IOTA_ssl_init());
}

static ArrayInfo *Ports(void)
{
    ArrayInfo *ports = malloc(sizeof(*ports));
    if (ports != NULL) {
        ports->arrayLen = 3;
        ports->array = calloc(3, sizeof(int));
    }
    return ports;
}
static long Long(void) { return 100; }
static int Percent(void) { return 50; }

static void Board(void)
{
    static const TagSysHalOps ops = {Long, Long, Ports, Percent, Long, Long, Percent};
    static const TagSysHal board = {"board", &ops};
    ArrayInfo *ports = NULL;
    CALL((void)SysHalInstall(Few() ? NULL : &board));
    CALL(ports = SysHalGetPortUsed());
    if (ports != NULL) {
        free(ports->array);
        free(ports);
    }
}

static void Lists(void)
{
    MQTTV5_USER_PRO *list = NULL;
    for (uint32_t n = Chance(4); n > 0; n--) {
        MQTTV5_USER_PRO *pair = calloc(1, sizeof(*pair));
        if (pair != NULL) {
            pair->nex = list;
            list = pair;
        }
    }
    CALL(mqttV5_listFree(list));
}

#ifdef WITH_TUNNEL
static void Tunnel(void)
{
    URL_INFO info = {0};
    char *a = Text(), *b = Text();
    int status = -1;
    CALL(status = WssClientSplitUrl(Few() ? NULL : &info, a, b));
    if (status == 0 && Chance(4) == 0) {
        CALL(WssClientCreate(&info));
    }
    free(info.site);
    free(info.port);
    free(info.path);
    free(info.token);
    CALL(WssClientSendRsp("1", "cmd", a, a != NULL ? (int)strlen(a) : -1));
    CALL(WssClientSendDisConn("1", "1", "x"));
    CALL(IOTA_DefaultTunnelCallbackInit());
}
#endif

/* Trees of this thread only. */
#define TREES 6
static __thread cJSON *t_trees[TREES];

static cJSON **Slot(void)
{
    return &t_trees[Chance(TREES)];
}

/* Any item of a tree, the root too; NULL where there is none. */
static cJSON *Node(cJSON *root)
{
    while (root != NULL && root->child != NULL && Chance(3) != 0) {
        cJSON *item = root->child;
        for (uint32_t n = Chance(4); n > 0 && item->next != NULL; n--) {
            item = item->next;
        }
        root = item;
    }
    return root;
}

static void Keep(cJSON *tree)
{
    cJSON **slot = Slot();
    CALL(cJSON_Delete(*slot));
    *slot = tree;
}

static cJSON *Fresh(void)
{
    static const int ints[3] = {1, 2, 3};
    static const float floats[2] = {1.5f, -2};
    static const double doubles[2] = {1e300, -0.0};
    static const char *words[3] = {"a", "b", "c"};
    char *text = Text();
    const char *end = NULL;
    cJSON *made = NULL;

    switch (Chance(28)) {
        case 0: CALL(made = cJSON_CreateNull()); break;
        case 1: CALL(made = cJSON_CreateTrue()); break;
        case 2: CALL(made = cJSON_CreateFalse()); break;
        case 3: CALL(made = cJSON_CreateBool(Int())); break;
        case 4: CALL(made = cJSON_CreateNumber(Int() / 7.0)); break;
        case 5: CALL(made = cJSON_CreateString(text)); break;
        case 6: CALL(made = cJSON_CreateRaw(text)); break;
        case 7: CALL(made = cJSON_CreateArray()); break;
        case 8: CALL(made = cJSON_CreateObject()); break;
        case 9: CALL(made = cJSON_CreateIntArray(ints, Count(3))); break;
        case 10: CALL(made = cJSON_CreateFloatArray(floats, Count(2))); break;
        case 11: CALL(made = cJSON_CreateDoubleArray(doubles, Count(2))); break;
        case 12: CALL(made = cJSON_CreateStringArray(words, Count(3))); break;
        case 13: CALL(made = cJSON_ParseWithLength(text, text != NULL ? strlen(text) : 0)); break;
        case 14: CALL(made = cJSON_ParseWithOpts(text, &end, (int)Chance(2))); break;
        case 15: CALL(made = cJSON_ParseWithLengthOpts(text, text != NULL ? strlen(text) + 1 : 0, &end, (int)Chance(2))); break;
        case 16: CALL(made = JSON_Parse(text)); break;
        case 17: CALL(made = JSON_CreateObject()); break;
        case 18: CALL(made = JSON_CreateArray()); break;
        case 19: CALL(made = JSON_CreateIntArray(ints, Count(3))); break;
        case 20: CALL(made = JSON_CreateFloatArray(floats, Count(2))); break;
        case 21: CALL(made = JSON_CreateDoubleArray(doubles, Count(2))); break;
        case 22: CALL(made = JSON_CreateStringArray(words, Count(3))); break;
        case 23: CALL(made = cJSON_CreateStringReference("constant")); break;
        case 24: CALL(made = cJSON_Duplicate(Node(*Slot()), (int)Chance(2))); break;
        default: CALL(made = cJSON_Parse(text)); break;
    }
    CALL((void)cJSON_GetErrorPtr());
    return made;
}

static void Grow(void)
{
    cJSON *to = Node(*Slot()), *item = Fresh();
    char *name = Text();
    int taken = 0;

    switch (Chance(20)) {
        case 0: CALL(taken = cJSON_AddItemToArray(to, item)); break;
        case 1: CALL(taken = cJSON_AddItemToObject(to, name, item)); break;
        case 2: CALL(taken = cJSON_AddItemToObjectCS(to, "constant", item)); break;
        case 3: CALL(taken = cJSON_InsertItemInArray(to, Int(), item)); break;
        case 4: CALL(taken = cJSON_ReplaceItemInArray(to, Int(), item)); break;
        case 5: CALL(taken = cJSON_ReplaceItemInObject(to, name, item)); break;
        case 6: CALL(taken = cJSON_ReplaceItemInObjectCaseSensitive(to, name, item)); break;
        case 7: CALL(taken = cJSON_ReplaceItemViaPointer(to, to != NULL ? to->child : NULL, item)); break;
        case 8: CALL((void)cJSON_AddNullToObject(to, name)); break;
        case 9: CALL((void)cJSON_AddTrueToObject(to, name)); break;
        case 10: CALL((void)cJSON_AddFalseToObject(to, name)); break;
        case 11: CALL((void)cJSON_AddBoolToObject(to, name, Int())); break;
        case 12: CALL((void)cJSON_AddNumberToObject(to, name, Int())); break;
        case 13: CALL((void)cJSON_AddStringToObject(to, name, Text())); break;
        case 14: CALL((void)cJSON_AddRawToObject(to, name, Text())); break;
        case 15: CALL((void)cJSON_AddObjectToObject(to, name)); break;
        case 16: CALL((void)cJSON_AddArrayToObject(to, name)); break;
        case 17:
            CALL(JSON_AddStringToObject(to, name, Text()));
            CALL(JSON_AddNumberToObject(to, name, Int()));
            CALL(JSON_AddBoolToObject(to, name, Int()));
            break;
        case 18: { /* consumed or not, as the wrapper is void: tried on a container of its own */
            cJSON *own = cJSON_CreateObject();
            CALL(JSON_AddObjectToObject(own, "x", item));
            Keep(own);
            return;
        }
        default: {
            cJSON *own = cJSON_CreateArray();
            CALL(JSON_AddObjectToArray(own, item));
            Keep(own);
            return;
        }
    }
    if (!taken) {
        Keep(item);
    }
}

/* References live shorter than what they show. */
static void Refer(void)
{
    cJSON *shown = Node(*Slot()), *own = NULL, *one = NULL;
    char *text = NULL;

    if (shown == NULL) {
        return;
    }
    CALL(own = cJSON_CreateObject());
    CALL((void)cJSON_AddItemReferenceToObject(own, "shown", shown));
    CALL(one = cJSON_CreateArray());
    CALL((void)cJSON_AddItemReferenceToArray(one, shown));
    CALL(text = cJSON_PrintUnformatted(own));
    CALL(cJSON_free(text));
    CALL((void)cJSON_Compare(own, one, 1));
    CALL(cJSON_Delete(own));
    CALL(cJSON_Delete(one));
    CALL(own = cJSON_CreateObjectReference(shown->child));
    CALL(cJSON_Delete(own));
    CALL(own = cJSON_CreateArrayReference(shown->child));
    CALL(cJSON_Delete(own));
}

static void Shrink(void)
{
    cJSON *from = Node(*Slot()), *out = NULL;
    char *name = Text();

    switch (Chance(8)) {
        case 0: CALL(out = cJSON_DetachItemFromArray(from, Int())); break;
        case 1: CALL(out = cJSON_DetachItemFromObject(from, name)); break;
        case 2: CALL(out = cJSON_DetachItemFromObjectCaseSensitive(from, name)); break;
        case 3: CALL(out = cJSON_DetachItemViaPointer(from, from != NULL ? from->child : NULL)); break;
        case 4: CALL(cJSON_DeleteItemFromArray(from, Int())); break;
        case 5: CALL(cJSON_DeleteItemFromObject(from, name)); break;
        case 6: CALL(cJSON_DeleteItemFromObjectCaseSensitive(from, name)); break;
        default: {
            cJSON **slot = Slot();
            CALL(JSON_Delete(*slot));
            *slot = NULL;
            break;
        }
    }
    CALL(cJSON_Delete(out));
}

static void Look(void)
{
    cJSON *at = Node(*Slot()), *other = Node(*Slot());
    char *name = Text(), *text = NULL;
    int index = Int(), room = (int)Chance(200);
    char *buffer = Room((size_t)room + 1);

    CALL((void)cJSON_GetArraySize(at));
    CALL((void)cJSON_GetArrayItem(at, index));
    CALL((void)cJSON_GetObjectItem(at, name));
    CALL((void)cJSON_GetObjectItemCaseSensitive(at, name));
    CALL((void)cJSON_HasObjectItem(at, name));
    CALL((void)cJSON_GetStringValue(at));
    CALL((void)cJSON_GetNumberValue(at));
    CALL((void)(cJSON_IsInvalid(at) | cJSON_IsFalse(at) | cJSON_IsTrue(at) | cJSON_IsBool(at) | cJSON_IsNull(at) |
                cJSON_IsNumber(at) | cJSON_IsString(at) | cJSON_IsArray(at) | cJSON_IsObject(at) | cJSON_IsRaw(at)));
    CALL((void)cJSON_Compare(at, other, (int)Chance(2)));
    CALL(text = cJSON_Print(at));
    CALL(cJSON_free(text));
    CALL(text = cJSON_PrintBuffered(at, Int(), (int)Chance(2)));
    CALL(cJSON_free(text));
    CALL((void)cJSON_PrintPreallocated(at, buffer, room, (int)Chance(2)));
    CALL(text = JSON_Print(at));
    Tidy(text);
    CALL((void)cJSON_SetNumberHelper(Chance(2) ? NULL : cJSON_IsNumber(at) ? at : NULL, 7));
    CALL((void)cJSON_SetValuestring(cJSON_IsString(at) && !(at->type & cJSON_IsReference) ? at : NULL, name));
    CALL((void)JSON_GetIntFromObject(at, name, 1));
    CALL((void)JSON_GetBoolFromObject(at, name, 1));
    CALL((void)JSON_GetDoubleFromObject(at, name, 1));
    CALL((void)JSON_GetStringFromObject(at, name, "x"));
    CALL((void)JSON_GetObjectFromObject(at, name));
    CALL((void)JSON_GetArraySize(at));
    CALL((void)JSON_GetIntFromArray(at, index, 1));
    CALL((void)JSON_GetBoolFromArray(at, index, 1));
    CALL((void)JSON_GetDoubleFromArray(at, index, 1));
    CALL((void)JSON_GetStringFromArray(at, index, "x"));
    CALL((void)JSON_GetObjectFromArray(at, index));
    CALL((void)cJSON_Version());
    CALL(cJSON_InitHooks(NULL));
    CALL(text = cJSON_malloc(Chance(1000)));
    CALL(cJSON_free(text));
    text = Word();
    CALL(cJSON_Minify(text));
}

static void Given(void)
{
    cJSON *tree = Fresh();
    if (Chance(2)) {
        CALL((void)IOTA_SubDeviceProductGetReport(tree, Context()));
    } else {
        CALL((void)IOTA_SubDeviceScanReport(tree, Context()));
    }
}

/* ---- libboundscheck ---- */

#define VARIADIC(result, name, first, call) \
    static result name first \
    { \
        va_list args; \
        va_start(args, format); \
        result value; \
        CALL(value = call); \
        va_end(args); \
        return value; \
    }
VARIADIC(int, Vsprintf, (char *to, size_t room, const char *format, ...), vsprintf_s(to, room, format, args))
VARIADIC(int, Vsnprintf, (char *to, size_t room, size_t count, const char *format, ...), vsnprintf_s(to, room, count, format, args))
VARIADIC(int, Vtruncated, (char *to, size_t room, const char *format, ...), vsnprintf_truncated_s(to, room, format, args))
VARIADIC(int, Vswprintf, (wchar_t *to, size_t room, const wchar_t *format, ...), vswprintf_s(to, room, format, args))
VARIADIC(int, Vscanf, (const char *format, ...), vscanf_s(format, args))
VARIADIC(int, Vwscanf, (const wchar_t *format, ...), vwscanf_s(format, args))
VARIADIC(int, Vsscanf, (const char *from, const char *format, ...), vsscanf_s(from, format, args))
VARIADIC(int, Vswscanf, (const wchar_t *from, const wchar_t *format, ...), vswscanf_s(from, format, args))
VARIADIC(int, Vfscanf, (FILE *from, const char *format, ...), vfscanf_s(from, format, args))
VARIADIC(int, Vfwscanf, (FILE *from, const wchar_t *format, ...), vfwscanf_s(from, format, args))

static void Bounded(void)
{
    size_t room = 1 + Chance(100), most = Few() ? 0 : room, count = Chance(120);
    char *to = Room(room), *from = Word(), *rest = NULL;
    size_t length = strlen(from), some = count < length ? count : length;

    CALL((void)memset_s(to, most, 'x', count));
    CALL((void)memset_sOptAsm(to, most, 'x', count < room ? count : room));
    CALL((void)memset_sOptTc(to, most, 'x', count < room ? count : room));
    CALL((void)memcpy_s(to, most, from, some));
    CALL((void)memcpy_sOptAsm(to, most, from, some < room ? some : room));
    CALL((void)memcpy_sOptTc(to, most, from, some < room ? some : room));
    CALL((void)memmove_s(to, most, to, count < room ? count : room));
    CALL((void)strcpy_s(to, most, from));
    CALL((void)strncpy_s(to, most, from, count));
    CALL((void)strcat_s(to, most, from));
    CALL((void)strncat_s(to, most, from, count));
    CALL((void)strcpy_error(to, most, from));
    CALL((void)strncpy_error(to, most, from, count));
    CALL((void)strtok_s(from, "a,", &rest));
    CALL((void)strtok_s(NULL, "a,", &rest));
    CALL((void)GetHwSecureCVersion(NULL));
}

static void Wide(void)
{
    size_t room = 1 + Chance(60), most = Few() ? 0 : room, count = Chance(70);
    wchar_t *to = Room(room * sizeof(wchar_t)), *from = Room(40 * sizeof(wchar_t)), *rest = NULL;

    for (uint32_t i = 0, n = Chance(40); i < n; i++) {
        from[i] = (wchar_t)(1 + Chance(0x10fffe));
    }
    CALL((void)wmemcpy_s(to, most, from, count < 40 ? count : 40));
    CALL((void)wmemmove_s(to, most, to, count < room ? count : room));
    CALL((void)wcscpy_s(to, most, from));
    CALL((void)wcsncpy_s(to, most, from, count));
    CALL((void)wcscat_s(to, most, from));
    CALL((void)wcsncat_s(to, most, from, count));
    CALL((void)wcstok_s(from, L"a,", &rest));
}

static void Formats(void)
{
    size_t room = 1 + Chance(100), count = Chance(100);
    char *to = Room(room), *text = Word(), *word = Room(32);
    wchar_t *wide = Room(room * sizeof(wchar_t)), *wideWord = Room(32 * sizeof(wchar_t));
    int number = 0;
    double real = 0;

    CALL((void)sprintf_s(to, room, "%d %s %5.2f", Int(), text, 1.5));
    CALL((void)snprintf_s(to, room, count < room ? count : room - 1, "%-8s|%x|%c", text, Int(), 'c'));
    CALL((void)snprintf_truncated_s(to, room, "%s %lld", text, 7ll));
    CALL((void)swprintf_s(wide, room, L"%d %ls", Int(), L"wide"));
    (void)Vsprintf(to, room, "%d %s", Int(), text);
    (void)Vsnprintf(to, room, count < room ? count : room - 1, "%s", text);
    (void)Vtruncated(to, room, "%s", text);
    (void)Vswprintf(wide, room, L"%ls %d", L"wide", Int());
    CALL((void)sscanf_s(text, "%d %31s %lf", &number, word, (unsigned)32, &real));
    CALL((void)swscanf_s(L"12 wide", L"%d %31ls", &number, wideWord, (unsigned)32));
    (void)Vsscanf(text, "%31[a-z]%d", word, (unsigned)32, &number);
    (void)Vswscanf(L"7 x", L"%d", &number);
}

/* Standard input is empty. */
static void Streams(void)
{
    char *line = Room(32), *word = Room(32);
    int number = 0;
    FILE *file = fmemopen((void *)"12 words and 7", 14, "r");

    CALL((void)gets_s(line, 32));
    CALL((void)scanf_s("%d", &number));
    CALL((void)wscanf_s(L"%d", &number));
    (void)Vscanf("%d", &number);
    (void)Vwscanf(L"%d", &number);
    if (file != NULL) {
        CALL((void)fscanf_s(file, "%d %31s", &number, word, (unsigned)32));
        (void)Vfscanf(file, "%31s", word, (unsigned)32);
        (void)fclose(file);
    }
    file = tmpfile(); /* the C library's memory streams are not for wide characters */
    if (file != NULL) {
        if (write(fileno(file), "12 7", 4) == 4) {
            (void)lseek(fileno(file), 0, SEEK_SET);
        }
    }
    if (file != NULL) {
        CALL((void)fwscanf_s(file, L"%d", &number));
        (void)Vfwscanf(file, L"%d", &number);
        (void)fclose(file);
    }
}

/* ---- signals and children ---- */

#define MOST_THREADS 4
static pid_t g_numbers[MOST_THREADS]; /* the system's: one that has ended is refused */

/* As programs write it: IOTA_Destroy, wherever the library was interrupted; nothing where the program itself was. */
static void OnSignal(int number)
{
    (void)number;
    int saved = errno;
    if (t_in_call) {
        t_in_call = 0;
        (void)IOTA_Destroy();
        t_in_call = 1;
    }
    errno = saved;
}

static void Signal(void)
{
    pid_t number = __atomic_load_n(&g_numbers[Chance(MOST_THREADS)], __ATOMIC_ACQUIRE);
    if (number != 0 && !g_child) {
        (void)syscall(SYS_tgkill, getpid(), number, SIGUSR1);
    }
}

static void Stacks(void);

/* A child that hangs shows where. */
static void OnAlarm(int number)
{
    (void)number;
    Say("CHILD hangs\n");
    Stacks();
    _exit(14);
}

static void Fork(void)
{
    if (g_child || Chance(3) != 0) {
        return;
    }
    uint64_t seed = ((uint64_t)Chance(1u << 30) << 30) + Chance(1u << 30);
    pid_t child = fork();
    if (child == 0) {
        (void)signal(SIGALRM, OnAlarm);
        (void)alarm(30);
        g_child = true;
        Seed(seed);
        t_depth = 1;
        Play((int)Chance(6));
        if (Chance(2)) {
            Start();
            Play((int)Chance(6));
        }
        if (Chance(2)) {
            CALL((void)IOTA_Destroy());
        }
        _exit(0);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (child > 0 && status != 0) {
        Say("CHILD of sequence %ld ended with status 0x%x\n", g_sequence, status);
        abort();
    }
}

/* ---- the sequence ---- */

static void Sleep(void)
{
    Pause(Chance(20));
}

static void End(void)
{
    if (Chance(3) == 0) {
        CALL((void)IOTA_Destroy());
    }
}

static void Subscribe(void)
{
    CALL(SubscribeAll());
}

static void Report(void)
{
    char *text = Text(), *name = Text();
    for (uint32_t n = 1 + Chance(Few() ? 200 : 5); n > 0; n--) {
        CALL((void)IOTA_MessageReport(NULL, name, "1", text, NULL, 0, Context()));
    }
}

static const Player g_hand[] = {
    {"Start", Start}, {"Start", Start}, {"Start", Start}, {"Item", Item}, {"Item", Item}, {"Callbacks", Callbacks}, {"Report", Report},
    {"Report", Report}, {"Subscribe", Subscribe}, {"Sleep", Sleep}, {"Sleep", Sleep}, {"Sleep", Sleep}, {"End", End}, {"BusKit", BusKit},
    {"BusKit", BusKit}, {"BusKit", BusKit}, {"LogCallback", LogCallback}, {"OldCallbacks", OldCallbacks}, {"Strings", Strings}, {"Digests", Digests},
    {"Figures", Figures}, {"Board", Board}, {"Lists", Lists}, {"Grow", Grow}, {"Grow", Grow}, {"Grow", Grow}, {"Shrink", Shrink},
    {"Refer", Refer}, {"Look", Look}, {"Given", Given}, {"Bounded", Bounded}, {"Wide", Wide}, {"Formats", Formats},
    {"Streams", Streams}, {"Signal", Signal}, {"Signal", Signal}, {"Fork", Fork},
#ifdef WITH_TUNNEL
    {"Tunnel", Tunnel},
#endif
};

static void Play(int calls)
{
    t_depth++;
    for (int i = 0; i < calls; i++) {
        bool hand = Chance(2) == 0;
        const Player *player = hand ? &g_hand[Chance(sizeof(g_hand) / sizeof(g_hand[0]))]
                                    : &g_generated[Chance(sizeof(g_generated) / sizeof(g_generated[0]))];
        int mark = t_used;
        if (g_verbose) {
            Say("%s%*s %s\n", g_child ? "child" : "", t_depth, "", player->name);
        }
        player->play();
        Release(mark);
    }
    t_depth--;
}

static void *Thread(void *argument)
{
    int which = (int)(uintptr_t)argument;
    Seed((uint64_t)g_sequence * 101 + (uint64_t)which);
    __atomic_store_n(&g_numbers[which], (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
    Play(5 + (int)Chance(36));
    for (int i = 0; i < TREES; i++) {
        CALL(cJSON_Delete(t_trees[i]));
        t_trees[i] = NULL;
    }
    __atomic_store_n(&g_numbers[which], 0, __ATOMIC_RELEASE);
    return NULL;
}

/* Where every thread is, if there is a debugger to say it. */
static void Stacks(void)
{
    char process[16];
    (void)snprintf(process, sizeof(process), "%d", (int)getpid());
    pid_t child = fork();
    if (child == 0) {
        (void)execlp("gdb", "gdb", "-q", "-batch", "-p", process, "-ex", "thread apply all bt 30", (char *)NULL);
        _exit(0);
    }
    (void)waitpid(child, NULL, 0);
}

static void *Watch(void *argument)
{
    (void)argument;
    unsigned long seen = 0;
    int still = 0;
    for (;;) {
        (void)sleep(1);
        unsigned long now = __atomic_load_n(&g_progress, __ATOMIC_RELAXED);
        still = now == seen ? still + 1 : 0;
        seen = now;
        if (still == 60) {
            Say("HANG in sequence %ld\n", g_sequence);
            Stacks();
            abort();
        }
    }
    return NULL;
}

static void Sequence(long number)
{
    g_sequence = number;
    Seed((uint64_t)number);
    Say("sequence %ld\n", number);
    __atomic_store_n(&g_over, false, __ATOMIC_RELEASE);
    uint32_t threads = 1 + Chance(MOST_THREADS);
    Callbacks();
    if (Chance(4) != 0) {
        Start();
    }
    pthread_t playing[MOST_THREADS];
    for (uint32_t i = 0; i < threads; i++) {
        if (pthread_create(&playing[i], NULL, Thread, (void *)(uintptr_t)i) != 0) {
            abort();
        }
    }
    for (uint32_t i = 0; i < threads; i++) {
        (void)pthread_join(playing[i], NULL);
    }
    Release(0);
    __atomic_store_n(&g_over, true, __ATOMIC_RELEASE); /* callbacks begin nothing new */
    CALL(CloseDConnCaseOne());
    CALL((void)IOTA_Destroy());
    CALL((void)IOTA_Destroy()); /* a signal may have had the first one only noted */
    if (IOTA_IsConnected()) {
        Say("CONNECTED after IOTA_Destroy in sequence %ld\n", number);
        abort();
    }
}

int main(int count, char **words)
{
    if (count != 8) {
        return 2;
    }
    g_address = words[3];
    g_port = words[4];
    g_id = words[5];
    g_secret = words[6];
    g_directory = words[7];
    g_verbose = getenv("PLAY_VERBOSE") != NULL;
    if (chdir(g_directory) != 0) {
        return 2;
    }
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = OnSignal;
    (void)sigaction(SIGUSR1, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    pthread_t watch;
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&watch, NULL, Watch, NULL) != 0) {
        return 2;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    long first = atol(words[1]), number = atol(words[2]);
    for (long i = first; i < first + number; i++) {
        Sequence(i);
    }
    Say("played %ld\n", number);
    return 0;
}
