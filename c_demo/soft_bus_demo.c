/*
 * HarmonyOS soft bus demo: one member of a group.
 *
 * The program logs in to the platform, reports its address, and waits for the group's data. With every bus info that arrives
 * it builds the local links again: the first device of a bus is its master (server), every other member is a client. The master
 * of the first bus sends "hello!" to the other members at regular intervals.
 *
 * Nothing but the public headers and -lHWMQTT is needed. Run it without arguments for its options.
 */
#define _DEFAULT_SOURCE

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dconncaseone_interface.h"
#include "hw_type.h"
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_defaultCallback.h"
#include "iota_init.h"
#include "iota_login.h"
#include "log_util.h"
#include "soft_bus_datatrans.h"
#include "soft_bus_init.h"

#define ERROR_IP_LEN 64
#define GREETING "hello!"

typedef struct {
    char *address;
    char *port;
    char *id;
    char *secret;
    char *interface;
    char *ip;
    char *workDir;
    char *stateDir;
    int seconds;
    int sendEvery;
    bool verbose;
} Options;

static Options g_options = {
    .port = "8883", .interface = "eth0", .workDir = ".", .seconds = 0, .sendEvery = 60, .verbose = false};
static volatile sig_atomic_t g_stop = 0;

/* ---- output: one line for each thing that happens, with the time and the device ---- */

static void Say(const char *format, ...)
{
    char text[1024];
    char clock[16];
    struct timespec now;
    struct tm local;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)localtime_r(&now.tv_sec, &local);
    (void)strftime(clock, sizeof(clock), "%H:%M:%S", &local);
    printf("%s.%03ld %s: %s\n", clock, now.tv_nsec / 1000000, g_options.id, text);
    (void)fflush(stdout);
}

static void OnLog(int level, char *format, va_list args)
{
    if (!g_options.verbose && level < EN_LOG_LEVEL_WARNING) {
        return;
    }
    size_t length = strlen(format);
    (void)vfprintf(stderr, format, args);
    if (length == 0 || format[length - 1] != '\n') {
        (void)fputc('\n', stderr);
    }
}

/* ---- the address that other members shall use ---- */

static void LocalAddress(char *out, size_t size)
{
    struct ifreq request;
    int fd;

    out[0] = '\0';
    if (g_options.ip != NULL) {
        (void)snprintf(out, size, "%s", g_options.ip);
        return;
    }
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) {
        return;
    }
    memset(&request, 0, sizeof(request));
    (void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", g_options.interface);
    if (ioctl(fd, SIOCGIFADDR, &request) == 0) {
        struct sockaddr_in address;
        memcpy(&address, &request.ifr_addr, sizeof(address));
        (void)inet_ntop(AF_INET, &address.sin_addr, out, (socklen_t)size);
    }
    (void)close(fd);
}

/* ---- near field: what the component asks and tells ---- */

static void OnSendResult(const char *deviceId, uint32_t result)
{
    if (result == DC_SUCCESS) {
        Say("delivered to %s", deviceId);
    } else {
        Say("not delivered to %s, code 0x%x", deviceId, (unsigned)result);
    }
}

static void OnReceive(const char *deviceId, const char *data, uint32_t length)
{
    Say("received from %s, %u bytes: %s", deviceId, (unsigned)length, data);
}

/* The key of the first bus whose master is the asked device; it points into the table and belongs to the library. */
static char *MasterAuthKey(const char *target)
{
    soft_bus_total *total = getSoftBusTotal();

    for (int i = 0; target != NULL && i < total->count; i++) {
        const char *master = total->g_soft_bus_info[i].g_device_soft_bus_info[0].device_id;
        if (master != NULL && strcmp(master, target) == 0) {
            return total->g_soft_bus_info[i].bus_key;
        }
    }
    return NULL;
}

static void RegisterNearField(void)
{
    CallbackParam param = {
        .sendDataResultCb = OnSendResult,
        .onReceiveDataCb = OnReceive,
        .isValidIP = isValidIP,
        .isValidDeviceID = isValidDeviceID,
        .getAuthKey = MasterAuthKey,
        .getDeviceID = getDeviceId,
    };
    RegisterCallback(&param);
}

/* ---- soft bus ---- */

static bool IsMaster(const soft_bus_infos *bus)
{
    const char *own = getDeviceId();
    const char *master = bus->g_device_soft_bus_info[0].device_id;
    return own != NULL && master != NULL && bus->count > 0 && strcmp(own, master) == 0;
}

static void JoinBus(soft_bus_infos *bus)
{
    char errorIp[ERROR_IP_LEN] = "";
    char *masterIp = bus->g_device_soft_bus_info[0].device_ip;
    bool master = IsMaster(bus);
    int result;

    if (bus->count == 0) {
        Say("bus %s has no members", bus->bus_id);
        return;
    }
    Say("initialising the soft bus, %s %s", master ? "server on" : "client of", masterIp);
    result = master ? InitServerKit(masterIp, errorIp) : InitClientKit(masterIp, errorIp);
    if (result == 0) {
        Say("SoftBusInit success! bus %s, %s %s", bus->bus_id, master ? "server on" : "client of", masterIp);
    } else {
        Say("SoftBusInit failed, bus %s, %s %s, code 0x%x, %s", bus->bus_id, master ? "server on" : "client of", masterIp,
            (unsigned)result, errorIp);
    }
}

static void OnSoftBus(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event)
{
    soft_bus_total *total = getSoftBusTotal();

    (void)objectDeviceId;
    (void)info;
    if (g_options.verbose && event->soft_bus_paras != NULL && event->soft_bus_paras->bus_infos != NULL) {
        Say("bus info as text has %zu bytes", strlen(event->soft_bus_paras->bus_infos));
    }
    Say("bus info received, %d bus(es)", total->count);
    for (int i = 0; i < total->count; i++) {
        soft_bus_infos *bus = &total->g_soft_bus_info[i];
        Say("bus %s, version %ld, %d member(s), key of %zu characters", bus->bus_id, bus->version, bus->count,
            strlen(bus->bus_key));
        for (int k = 0; k < bus->count; k++) {
            Say("member %s at %s", bus->g_device_soft_bus_info[k].device_id, bus->g_device_soft_bus_info[k].device_ip);
        }
    }

    DestroyKit();
    for (int i = 0; i < total->count; i++) {
        JoinBus(&total->g_soft_bus_info[i]);
    }
}

static void SendToMembers(soft_bus_total *total)
{
    soft_bus_infos *bus = &total->g_soft_bus_info[0];

    if (total->count == 0 || !IsMaster(bus)) {
        return;
    }
    for (int i = 1; i < bus->count; i++) {
        const char *member = bus->g_device_soft_bus_info[i].device_id;
        uint32_t result = DConnSendData(member, GREETING, (uint32_t)strlen(GREETING));
        Say("sent \"%s\" to %s, code 0x%x", GREETING, member, (unsigned)result);
    }
}

/* ---- platform ---- */

static void OnConnected(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    char ip[INET_ADDRSTRLEN];
    ST_IOTA_DEVICE_INFO_REPORT report;

    (void)rsp;
    Say("connected");
    LocalAddress(ip, sizeof(ip));
    memset(&report, 0, sizeof(report));
    report.device_sdk_version = SDK_VERSION;
    report.sw_version = "v1.0";
    report.fw_version = "v1.0";
    report.device_ip = ip;
    if (IOTA_ReportDeviceInfo(&report, NULL) == 0) {
        Say("reported device info, address %s", ip[0] != '\0' ? ip : "unknown");
    } else {
        Say("device info could not be reported");
    }
}

static void OnPropertiesSet(EN_IOTA_PROPERTY_SET *set)
{
    for (int i = 0; i < set->services_count; i++) {
        if (set->services[i].service_id != NULL && strcmp(set->services[i].service_id, SOFT_BUS_SERVICEID) == 0) {
            Say("group list received, request %s", set->request_id);
        }
    }
}

/* ---- program ---- */

static void OnSignal(int number)
{
    (void)number;
    g_stop = 1;
}

static void Sleep(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
    (void)nanosleep(&time, NULL);
}

static long Now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec;
}

static int Usage(const char *program)
{
    (void)fprintf(stderr,
        "usage: %s --address HOST --id DEVICE_ID --secret SECRET [options]\n"
        "  --port PORT        platform port; text with 8883 means TLS, with 1883 plain (default 8883)\n"
        "  --interface NAME   network interface whose IPv4 address is reported (default eth0)\n"
        "  --ip ADDRESS       reported address, instead of the interface's\n"
        "  --work-dir DIR     directory that holds conf/rootcert.pem (default .)\n"
        "  --state-dir DIR    directory where the group's data is kept, for starts without the platform\n"
        "  --seconds N        end after N seconds (default 0: run until a signal)\n"
        "  --send-every S     seconds between two greetings (default 60)\n"
        "  --verbose          show the library's log\n"
        "The secret may also be given in the environment variable SOFT_BUS_SECRET.\n",
        program);
    return 2;
}

static bool ParseArguments(int argc, char **argv)
{
    g_options.secret = getenv("SOFT_BUS_SECRET");
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--verbose") == 0) {
            g_options.verbose = true;
            continue;
        }
        if (i + 1 == argc) {
            return false;
        }
        char *value = argv[++i];
        if (strcmp(name, "--address") == 0) {
            g_options.address = value;
        } else if (strcmp(name, "--port") == 0) {
            g_options.port = value;
        } else if (strcmp(name, "--id") == 0) {
            g_options.id = value;
        } else if (strcmp(name, "--secret") == 0) {
            g_options.secret = value;
        } else if (strcmp(name, "--interface") == 0) {
            g_options.interface = value;
        } else if (strcmp(name, "--ip") == 0) {
            g_options.ip = value;
        } else if (strcmp(name, "--work-dir") == 0) {
            g_options.workDir = value;
        } else if (strcmp(name, "--state-dir") == 0) {
            g_options.stateDir = value;
        } else if (strcmp(name, "--seconds") == 0) {
            g_options.seconds = atoi(value);
        } else if (strcmp(name, "--send-every") == 0) {
            g_options.sendEvery = atoi(value);
        } else {
            return false;
        }
    }
    return g_options.address != NULL && g_options.id != NULL && g_options.secret != NULL && g_options.sendEvery > 0;
}

static bool Connect(void)
{
    int result = IOTA_Init(g_options.workDir);
    if (result != 0) {
        Say("IOTA_Init(%s) failed, code %d", g_options.workDir, result);
        return false;
    }
    IOTA_SetPrintLogCallback(OnLog);
    (void)IOTA_ConnectConfigSet(g_options.address, g_options.port, g_options.id, g_options.secret);
    (void)IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_SECRET);
    if (g_options.stateDir != NULL) {
        (void)IOTA_ConfigSetStr(EN_IOTA_CFG_EXT_STATE_DIRECTORY, g_options.stateDir);
    }
    IOTA_DefaultCallbackInit();
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnected);
    IOTA_SetPropSetCallback(OnPropertiesSet);
    IOTA_SetEvenSoftBusCallback(OnSoftBus);
    RegisterNearField();
    result = IOTA_Connect();
    if (result != 0) {
        Say("IOTA_Connect failed, code %d", result);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct sigaction action;
    bool connected = false;
    long start;
    long lastSend;

    if (!ParseArguments(argc, argv)) {
        return Usage(argv[0]);
    }
    memset(&action, 0, sizeof(action));
    action.sa_handler = OnSignal;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);

    start = Now();
    if (!Connect()) {
        (void)IOTA_Destroy();
        return 1;
    }
    Sleep(1500);
    while (!g_stop && IOTA_IsConnected() == 0 && getSoftBusTotal()->count == 0 &&
        (g_options.seconds == 0 || Now() - start < g_options.seconds)) {
        Sleep(300);
    }

    lastSend = Now();
    while (!g_stop && (g_options.seconds == 0 || Now() - start < g_options.seconds)) {
        connected = true;
        Sleep(200);
        if (Now() - lastSend >= g_options.sendEvery) {
            lastSend = Now();
            SendToMembers(getSoftBusTotal());
        }
    }

    (void)IOTA_Destroy();
    Say("ended");
    return connected ? 0 : 1;
}
