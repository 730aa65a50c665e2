/* Checks one back-end through the C ABI; the first argument says which and what for. Linked with nothing but libHWMQTT, not
 * position independent, so that the program's idea of a library function's address is its own. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agentlite/iota_init.h"
#include "dconncaseone_interface.h"
#include "service/soft_bus_datatrans.h"
#include "service/soft_bus_init.h"
#include "third_party/cjson/cJSON.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            printf("line %d: %s\n", __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

static uint32_t result;
static char received[16];

static void onResult(const char *device, uint32_t code)
{
    CHECK(strcmp(device, "peer") == 0 || strcmp(device, "dev_B") == 0);
    result = code;
}

static void onData(const char *device, const char *data, uint32_t length)
{
    CHECK(strcmp(device, "peer") == 0 && length == 4 && data[4] == 0);
    strcpy(received, data);
}

static char *ownId(void)
{
    return "dev_A";
}

static char *key(const char *target)
{
    static char text[] = "3c9a07e51b6df248";
    (void)target;
    return text;
}

static char errorIp[80];

static void poison(void)
{
    memset(errorIp, 0x5a, sizeof(errorIp));
}

static int untouchedFrom(size_t from)
{
    for (size_t i = from; i < sizeof(errorIp); i++) {
        if (errorIp[i] != 0x5a) {
            return 0;
        }
    }
    return 1;
}

static void registerAll(void)
{
    CallbackParam param = {onResult, onData, isValidIP, isValidDeviceID, key, ownId};
    RegisterCallback(&param);
    memset(&param, 0xff, sizeof(param));
}

static void stub(void)
{
    RegisterCallback(NULL);
    poison();
    CHECK(InitServerKit(NULL, errorIp) == -1 && untouchedFrom(0));
    CHECK(InitClientKit(NULL, errorIp) == -1 && untouchedFrom(0));
    CHECK(InitServerKit("10.0.0.1", errorIp) == -1);
    CHECK(strcmp(errorIp, "Please add proximal components.") == 0 && untouchedFrom(46));
    CHECK(InitDConnCaseOne(77, "x", NULL) == 0xFFFFFFFFu);
    CHECK(InitDConnCaseOne(77, NULL, NULL) == 0xFFFFFFFFu);
    CHECK(DConnSendData("peer", "abc", 3) == 0xFFFFFFFFu);
    CHECK(DConnSendData(NULL, NULL, 0) == 0xFFFFFFFFu);
    CHECK(GetDConnVersion() == NULL);
    UnRegisterCallback();
    CloseDConnCaseOne();
    DestroyKit();
}

static void vendor(void)
{
    registerAll();
    poison();
    CHECK(InitServerKit("10.0.0.1", errorIp) == 0 && untouchedFrom(0));
    CHECK(InitClientKit("10.0.0.1", errorIp) == 0x1234);
    CHECK(strcmp(errorIp, "a very long text that is no address at all, r") == 0 && untouchedFrom(46));
    CHECK(InitClientKit("slow", NULL) == 0x1234);
    CHECK(InitDConnCaseOne(INIT_SERVICE, NULL, NULL) == DC_ERR_NULLPTR);
    CHECK(InitServerKit("loop", errorIp) == DC_ERR_BRANCH);
    CHECK(DConnSendData("peer", "abc", 3) == DC_SUCCESS);
    CHECK(result == 7 && strcmp(received, "data") == 0);
    CHECK(DConnSendData("peer", "abc", 2) == DC_ERROR);
    DestroyKit();
    UnRegisterCallback();
    CHECK(strcmp(GetDConnVersion(), "mock closed 1 unregistered 1") == 0);
}

/* The library's own functions as callbacks: the trampoline for a vendor, the view for the built-in back-end. */
static void vendorOwnKey(void)
{
    CallbackParam param = {onResult, onData, isValidIP, isValidDeviceID, (GetAuthKey)getAuthKey, ownId};
    RegisterCallback(&param);
    for (int i = 0; i < 1000; i++) {
        CHECK(DConnSendData("peer", "abc", 3) == 0x66); /* no own id configured: no key, and nothing dies */
    }
}

static void vendorOwnBinding(void)
{
    registerAll();
    CHECK(InitServerKit("own", errorIp) == 0x55);
}

static void vendorBroken(void)
{
    registerAll();
    poison();
    CHECK(InitServerKit("10.0.0.1", errorIp) == DC_ERROR);
    CHECK(errorIp[0] == 0 && untouchedFrom(1));
    CHECK(DConnSendData("peer", "abc", 3) == DC_ERROR);
    CHECK(GetDConnVersion() == NULL);
    DestroyKit();
    UnRegisterCallback();
}

static void fill(const char *text)
{
    cJSON *paras = cJSON_Parse(text);
    CHECK(softBusParasToTotal(paras) == 0);
    cJSON_Delete(paras);
}

static void builtin(void)
{
    CallbackParam param = {onResult, onData, isValidIP, isValidDeviceID, (GetAuthKey)getAuthKey, ownId};
    RegisterCallback(&param);
    CHECK(strncmp(GetDConnVersion(), "HWMQTT-DConn ", 13) == 0);
    poison();
    CHECK(InitDConnCaseOne(2, "x", errorIp) == DC_ERR_INVALID_INIT_TYPE && errorIp[0] == 0 && untouchedFrom(1));
    poison();
    CHECK(InitServerKit("somewhere-far-away.example.org-and-so-on-and-so-on", errorIp) == DC_ERR_IP_FORMAT);
    CHECK(strcmp(errorIp, "somewhere-far-away.example.org-and-so-on-and-") == 0 && untouchedFrom(46));
    fill("{\"bus_infos\":[{\"bus_id\":\"1\",\"bus_key\":\"3c9a07e51b6df248\",\"devices_info\":["
         "{\"device_id\":\"dev_A\",\"device_ip\":\"127.0.0.1\"},{\"device_id\":\"dev_B\",\"device_ip\":\"127.0.0.2\"}]}]}");
    poison();
    CHECK(InitServerKit("127.0.0.1", errorIp) == 0 && untouchedFrom(0));
    /* The view answers for the library's own functions: emptying the table ends nothing and changes no answer. */
    releaseSoftBusCache();
    CHECK(!isValidIP("127.0.0.2"));
    puts("ready");
    fflush(stdout);
    char line[16];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (line[0] == 's') {
            printf("%x\n", (unsigned)DConnSendData("dev_B", "abc", 3));
        } else if (line[0] == 'r') {
            fill("{\"bus_infos\":[]}");
            puts("removed");
        }
        if (line[0] == 'd') {
            CHECK(IOTA_Destroy() == 0);
            CHECK(DConnSendData("dev_B", "abc", 3) == DC_ERR_DEVICE_ID_NOT_FOUND);
            puts("destroyed");
        } else if (line[0] == 'i') {
            printf("%x\n", (unsigned)InitServerKit("127.0.0.1", NULL));
        }
        fflush(stdout);
    }
    DestroyKit();
}

/* Two processes over the mock of DSoftBus. */
static volatile int results, messages;

static void countResult(const char *device, uint32_t code)
{
    CHECK(device[0] != 0);
    result = code;
    results++;
}

static void echo(const char *device, const char *data, uint32_t length)
{
    messages++;
    if (length > 3 && memcmp(data, "ask", 3) == 0) {
        /* The session may be gone by now: then there is no answer, and who asked misses it. */
        (void)DConnSendData(device, data + 3, length - 3);
    }
}

static char *own;

static char *nativeId(void)
{
    return own;
}

static void toStderr(int level, char *format, va_list arguments)
{
    (void)level;
    vfprintf(stderr, format, arguments);
}

/* NATIVE_VIEW: the group data, in place of the usual. */
static void nativeStart(char *id)
{
    CallbackParam param = {countResult, echo, isValidIP, isValidDeviceID, (GetAuthKey)getAuthKey, nativeId};
    own = id;
    IOTA_SetPrintLogCallback(toStderr);
    RegisterCallback(&param);
    const char *view = getenv("NATIVE_VIEW");
    fill(view != NULL ? view :
         "{\"bus_infos\":[{\"bus_id\":\"1\",\"bus_key\":\"3c9a07e51b6df248\",\"devices_info\":["
         "{\"device_id\":\"dev_A\",\"device_ip\":\"10.9.0.1\"},{\"device_id\":\"dev_B\",\"device_ip\":\"10.9.0.2\"}]}]}");
}

static void say(unsigned number)
{
    printf("%x\n", number);
    fflush(stdout);
}

static void nativeServer(void)
{
    nativeStart("dev_A");
    say((unsigned)InitServerKit("10.9.0.1", errorIp));
    getchar();
    DestroyKit();
}

/* 20 long messages, each answered by its length without the first three bytes. */
static void nativeExchange(const char *peer)
{
    static char message[DCONN_DATA_BODY_LEN];
    memcpy(message, "ask", 3);
    for (int i = 0; i < 20; i++) {
        CHECK(DConnSendData(peer, message, sizeof(message)) == 0);
    }
    for (int i = 0; i < 1000 && (results < 20 || messages < 20); i++) {
        usleep(10000);
    }
    CHECK(results >= 20 && result == 0 && messages >= 20);
}

static void nativeClient(void)
{
    nativeStart("dev_B");
    unsigned code = (unsigned)InitClientKit("10.9.0.1", errorIp);
    if (code == 0) {
        nativeExchange("dev_A");
    } else {
        CHECK(strcmp(errorIp, "10.9.0.1") == 0 || code == DC_ERROR || code == DC_ERR_DEVICE_NOT_AUTHORIZED);
    }
    say(code);
    DestroyKit();
    CHECK(DConnSendData("dev_A", "x", 1) == DC_ERR_DEVICE_ID_NOT_FOUND);
}

/* Server and client at once; each line on standard input is a step. */
static void nativeBoth(char *id, char *address, char *peer, char *peerAddress)
{
    nativeStart(id);
    say((unsigned)InitServerKit(address, errorIp));
    getchar();
    say((unsigned)InitClientKit(peerAddress, errorIp));
    getchar();
    nativeExchange(peer);
    say((unsigned)InitClientKit(peerAddress, errorIp));
    getchar();
    DestroyKit();
}

static void nativeBothA(void)
{
    nativeBoth("dev_A", "10.9.0.1", "dev_B", "10.9.0.2");
}

static void nativeBothB(void)
{
    nativeBoth("dev_B", "10.9.0.2", "dev_A", "10.9.0.1");
}

/* A client that stays: "c" connects, "s" sends and prints the code, or the message's result. */
static void nativeStay(void)
{
    nativeStart("dev_B");
    for (int order = getchar(); order != EOF; order = getchar()) {
        if (order == 'c') {
            say((unsigned)InitClientKit("10.9.0.1", errorIp));
        } else if (order == 's') {
            int before = results;
            unsigned code = (unsigned)DConnSendData("dev_A", "x", 1);
            for (int i = 0; i < 2000 && code == 0 && results == before; i++) {
                usleep(10000);
            }
            say(code == 0 ? result : code);
        }
    }
    DestroyKit();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } all[] = {{"stub", stub}, {"vendor", vendor}, {"vendor-own-key", vendorOwnKey},
               {"vendor-own-binding", vendorOwnBinding}, {"vendor-broken", vendorBroken}, {"builtin", builtin},
               {"native-server", nativeServer}, {"native-client", nativeClient}, {"native-stay", nativeStay},
               {"native-both-a", nativeBothA}, {"native-both-b", nativeBothB}};
    for (size_t i = 0; argc > 1 && i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(argv[1], all[i].name) == 0) {
            all[i].run();
            return 0;
        }
    }
    return 2;
}
