/* The soft bus flow against the platform: table, look-ups, updates, deletion, many buses, errors, broken input. */
#include "harness.h"

#include "iota_softbus_ext.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHER "other_member"
#define THIRD "third_member"
#define OWN_IP "127.0.0.1"
#define OTHER_IP "127.0.0.2"

extern soft_bus_total g_soft_bus_total;

static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static int g_lists;
static bool g_marked; /* the list behind the broken messages has come */
static int g_events;
static bool g_broken; /* while broken messages come in */
static int g_order; /* 1 after the specific callback, 2 after the general one */
static char g_busInfos[8192];

static int Read(const int *value)
{
    int copy;
    (void)pthread_mutex_lock(&g_lock);
    copy = *value;
    (void)pthread_mutex_unlock(&g_lock);
    return copy;
}

static void OnList(EN_IOTA_PROPERTY_SET *set)
{
    if (set->request_id != NULL && strcmp(set->request_id, "marker") == 0) {
        g_broken = false;
        (void)pthread_mutex_lock(&g_lock);
        g_marked = true;
        (void)pthread_mutex_unlock(&g_lock);
    }
    for (int i = 0; i < set->services_count; i++) {
        if (strcmp(set->services[i].service_id, SOFT_BUS_SERVICEID) == 0) {
            CHECK(g_broken || set->services[i].properties != NULL);
            CHECK(set->request_id != NULL && (g_broken || set->request_id[0] != '\0'));
            (void)pthread_mutex_lock(&g_lock);
            g_lists++;
            (void)pthread_mutex_unlock(&g_lock);
        }
    }
}

static bool Marked(void)
{
    bool marked;
    (void)pthread_mutex_lock(&g_lock);
    marked = g_marked;
    (void)pthread_mutex_unlock(&g_lock);
    return marked;
}

static void OnSoftBus(char *object, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event)
{
    CHECK(object != NULL || g_broken);
    CHECK(info != NULL && info->code == 0 && info->context == NULL);
    CHECK_INT(event->servie_id, EN_IOTA_EVENT_SOFT_BUS);
    CHECK_INT(event->event_type, EN_IOTA_EVENT_TYPE_ERROR);
    CHECK(event->soft_bus_paras != NULL);
    CHECK(event->paras == NULL && event->ota_paras == NULL && event->ntp_paras == NULL && event->gtw_add_device_paras == NULL &&
          event->gtw_del_device_paras == NULL && event->gtw_update_status_paras == NULL && event->device_log_paras == NULL &&
          event->device_rule_paras == NULL && event->tunnel_mgr_paras == NULL && event->file_mgr_paras == NULL);
    (void)pthread_mutex_lock(&g_lock);
    if (event->soft_bus_paras != NULL && event->soft_bus_paras->bus_infos != NULL) {
        (void)snprintf(g_busInfos, sizeof(g_busInfos), "%s", event->soft_bus_paras->bus_infos);
    } else {
        g_busInfos[0] = '\0';
    }
    g_order = 1;
    (void)pthread_mutex_unlock(&g_lock);
}

static void OnEvent(EN_IOTA_EVENT *event)
{
    if (!g_broken) {
        CHECK(event->services_count >= 1 && event->services != NULL);
        CHECK_INT(Read(&g_order), 1); /* the specific callback ran first */
    }
    (void)pthread_mutex_lock(&g_lock);
    g_order = 2;
    g_events++;
    (void)pthread_mutex_unlock(&g_lock);
}

static void ReportAddress(void)
{
    ST_IOTA_DEVICE_INFO_REPORT report;

    memset(&report, 0, sizeof(report));
    report.device_sdk_version = SDK_VERSION;
    report.sw_version = "v1.0";
    report.fw_version = "v1.0";
    report.device_ip = OWN_IP;
    CHECK_INT(IOTA_ReportDeviceInfo(&report, NULL), 0);
}

/* Reads every string of the table: none is NULL, none is freed. */
static size_t WalkTable(void)
{
    soft_bus_total *total = getSoftBusTotal();
    size_t length = 0;

    for (int i = 0; i < SOFTBUS_TOTAL_LEN; i++) {
        soft_bus_infos *bus = &total->g_soft_bus_info[i];
        length += strlen(bus->bus_id) + strlen(bus->bus_key);
        for (int k = 0; k < SOFTBUS_INFO_LEN; k++) {
            length += strlen(bus->g_device_soft_bus_info[k].device_id) + strlen(bus->g_device_soft_bus_info[k].device_ip);
        }
    }
    return length;
}

static soft_bus_infos *FindBus(const char *busId)
{
    soft_bus_total *total = getSoftBusTotal();

    for (int i = 0; i < total->count; i++) {
        if (strcmp(total->g_soft_bus_info[i].bus_id, busId) == 0) {
            return &total->g_soft_bus_info[i];
        }
    }
    return NULL;
}

static void WaitForNext(int events)
{
    CHECK_SOON(Read(&g_events) > events, 10000);
}

static void FirstFlow(char *busId, size_t size)
{
    soft_bus_total *table = getSoftBusTotal();
    char *text;
    int events;

    CHECK(table == &g_soft_bus_total);
    CHECK_INT(table->count, 0);
    (void)WalkTable();
    CHECK(Ask("device %s %s", OTHER, OTHER_IP));
    (void)snprintf(busId, size, "%s", AskText("group create workshop %s %s", g_args.id, OTHER));
    CHECK(strlen(busId) >= 32);

    InsideProtocol(EN_IOTA_CALLBACK_CONNECT_SUCCESS, ReportAddress);
    if (!ConnectNow()) {
        return;
    }
    WaitForNext(0);
    CHECK(Read(&g_lists) >= 1);
    CHECK_SOON(strcmp(AskText("unanswered"), "0") == 0, 5000);
    CHECK_SOON(strcmp(AskText("address %s", g_args.id), OWN_IP) == 0, 5000);

    events = Read(&g_events);
    CHECK(Ask("group sync %s", busId));
    WaitForNext(events);
    CHECK(getSoftBusTotal() == table);
    CHECK_INT(table->count, 1);
    CHECK_TEXT(table->g_soft_bus_info[0].bus_id, busId);
    CHECK_TEXT(table->g_soft_bus_info[0].bus_key, AskText("key %s", busId));
    CHECK_INT(table->g_soft_bus_info[0].count, 2);
    CHECK_TEXT(table->g_soft_bus_info[0].g_device_soft_bus_info[0].device_id, g_args.id);
    CHECK_TEXT(table->g_soft_bus_info[0].g_device_soft_bus_info[0].device_ip, OWN_IP);
    CHECK_TEXT(table->g_soft_bus_info[0].g_device_soft_bus_info[1].device_id, OTHER);
    CHECK_TEXT(table->g_soft_bus_info[0].g_device_soft_bus_info[1].device_ip, OTHER_IP);
    CHECK_INT(table->g_soft_bus_info[0].version, atol(AskText("version %s", busId)));
    (void)pthread_mutex_lock(&g_lock);
    CHECK_INT(strstr(g_busInfos, busId) != NULL, 1);
    (void)pthread_mutex_unlock(&g_lock);

    CHECK(isValidIP(OWN_IP));
    CHECK(isValidIP(OTHER_IP));
    CHECK(!isValidIP("127.0.0.3"));
    CHECK(isValidDeviceID(OTHER));
    CHECK(!isValidDeviceID("Other_Member"));
    text = getIpAddr(OTHER);
    CHECK_TEXT(text, OTHER_IP);
    free(text);
    text = getAuthKey(g_args.id, OTHER);
    CHECK_TEXT(text, AskText("key %s", busId));
    free(text);
    CHECK(getAuthKey(OTHER, g_args.id) == NULL);
    CHECK(getAuthKey(g_args.id, "nobody") == NULL);
    CHECK_TEXT(getDeviceId(), g_args.id);
}

static void Snapshot(const char *busId)
{
    IOTA_SoftBusSnapshot *snapshot = IOTA_SoftBusGetSnapshot();
    HW_LONG version = -7;

    CHECK(snapshot != NULL);
    if (snapshot != NULL) {
        CHECK_INT(snapshot->bus_count, 1);
        CHECK_TEXT(snapshot->buses[0].bus_id, busId);
        CHECK_TEXT(snapshot->buses[0].bus_name, "workshop");
        CHECK_INT(snapshot->buses[0].device_count, 2);
        CHECK_TEXT(snapshot->buses[0].devices[1].device_id, OTHER);
        CHECK_TEXT(snapshot->buses[0].devices[1].device_ip, OTHER_IP);
        IOTA_SoftBusFreeSnapshot(snapshot);
    }
    IOTA_SoftBusFreeSnapshot(NULL);
    CHECK_INT(IOTA_SoftBusGetVersion(busId, &version), 0);
    CHECK_INT(version, atol(AskText("version %s", busId)));
    CHECK_INT(IOTA_SoftBusGetVersion("no-such-bus", &version), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_INT(IOTA_SoftBusGetVersion(NULL, &version), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_SoftBusGetVersion(busId, NULL), IOTA_PARAMETER_EMPTY);
}

static void Update(const char *busId)
{
    soft_bus_infos *bus;
    long version = FindBus(busId) != NULL ? FindBus(busId)->version : -2;
    int events = Read(&g_events);

    CHECK(Ask("device %s 127.0.0.3", THIRD));
    CHECK(Ask("group bind %s %s", busId, THIRD));
    WaitForNext(events);
    CHECK_SOON(isValidDeviceID(THIRD), 5000);
    bus = FindBus(busId);
    CHECK(bus != NULL && bus->version > version && bus->count == 3);
    CHECK(isValidIP("127.0.0.3"));

    events = Read(&g_events);
    CHECK(Ask("group unbind %s %s", busId, THIRD));
    WaitForNext(events);
    CHECK_SOON(!isValidDeviceID(THIRD), 5000);
    CHECK(!isValidIP("127.0.0.3"));
    CHECK(getAuthKey(g_args.id, THIRD) == NULL);
    bus = FindBus(busId);
    CHECK(bus != NULL && bus->version > version + 1 && bus->count == 2);
    CHECK_SOON(strcmp(AskText("unanswered"), "0") == 0, 5000);
}

static void Errors(void)
{
    int events = Read(&g_events);

    LogForget();
    CHECK_INT(IOTA_GetLatestSoftBusInfo("no-such-bus", "0f0e0d0c-1111-2222-3333-444455556666", NULL), 0);
    WaitForNext(events);
    CHECK_INT(getSoftBusTotal()->count, 0);
    CHECK(LogHas("IOTDA.003002"));
    CHECK(!isValidDeviceID(OTHER));
    (void)WalkTable();

    events = Read(&g_events);
    CHECK_INT(IOTA_GetLatestSoftBusInfo(NULL, NULL, NULL), 0);
    WaitForNext(events);
    CHECK_INT(getSoftBusTotal()->count, 1);
    CHECK(isValidDeviceID(OTHER));
}

/* One broken message after the other; the test says "end" behind the last. */
static void BrokenInput(const char *busId)
{
    int events;
    int sent = 0;

    g_broken = true;
    while (strcmp(AskText("broken %d", sent), "ok") == 0) {
        sent++;
        if (sent % 8 == 0) {
            (void)WalkTable();
            CHECK_INT(IOTA_IsConnected(), 1);
        }
    }
    CHECK(sent >= 20);
    CHECK(Ask("publish properties/set/request_id=marker {\"services\":[{\"service_id\":\"s\",\"properties\":{}}]}"));
    CHECK_SOON(Marked(), 10000);
    events = Read(&g_events);
    CHECK(Ask("group sync %s", busId));
    CHECK_SOON(FindBus(busId) != NULL && isValidDeviceID(OTHER), 10000);
    CHECK_SOON(Read(&g_events) > events, 5000);
    CHECK_INT(Count(EN_IOTA_CALLBACK_CONNECTION_LOST), 0);
    (void)WalkTable();
}

static void Deletion(const char *busId)
{
    CHECK(Ask("group delete %s", busId));
    CHECK_SOON(getSoftBusTotal()->count == 0 || getSoftBusTotal()->g_soft_bus_info[0].version == -1, 10000);
    CHECK_SOON(!isValidDeviceID(OTHER), 5000);
    CHECK(getAuthKey(g_args.id, OTHER) == NULL);
    CHECK(getIpAddr(OTHER) == NULL);
    CHECK_SOON(strcmp(AskText("unanswered"), "0") == 0, 5000);
}

/* More buses and members than the old struct has room for. */
static void Crowd(void)
{
    soft_bus_total *table = getSoftBusTotal();
    IOTA_SoftBusSnapshot *snapshot;
    int events = Read(&g_events);
    char *text;

    CHECK(Ask("crowd 12 100"));
    WaitForNext(events);
    CHECK_SOON(table->count == 10 && isValidDeviceID("crowd_11_98"), 15000);
    for (int i = 0; i < table->count; i++) {
        CHECK_INT(table->g_soft_bus_info[i].count, 50);
        CHECK(strlen(table->g_soft_bus_info[i].bus_id) >= 32);
        CHECK(strlen(table->g_soft_bus_info[i].bus_key) >= 16);
    }
    CHECK(isValidIP("10.11.0.98"));
    text = getIpAddr("crowd_11_98");
    CHECK_TEXT(text, "10.11.0.98");
    free(text);
    text = getAuthKey(g_args.id, "crowd_11_98");
    CHECK(text != NULL && strlen(text) >= 16);
    free(text);
    text = getAuthKey(g_args.id, g_args.id); /* a member of all twelve */
    CHECK(text != NULL && strlen(text) >= 12 * 16 + 11);
    free(text);
    snapshot = IOTA_SoftBusGetSnapshot();
    CHECK(snapshot != NULL);
    if (snapshot != NULL) {
        CHECK_INT(snapshot->bus_count, 12);
        for (int i = 0; i < (int)snapshot->bus_count; i++) {
            CHECK_INT(snapshot->buses[i].device_count, 100);
        }
        IOTA_SoftBusFreeSnapshot(snapshot);
    }

    CHECK_INT(releaseSoftBusCache(), 0);
    CHECK_INT(table->count, 0);
    CHECK_INT(table->g_soft_bus_info[0].version, -1);
    CHECK_INT(table->g_soft_bus_info[0].count, 0);
    (void)WalkTable();
    CHECK_INT(releaseSoftBusCache(), 0);
}

int main(int argc, char **argv)
{
    char busId[128] = "";

    Start(argc, argv);
    RecordProtocol();
    IOTA_SetPropSetCallback(OnList);
    IOTA_SetEvenSoftBusCallback(OnSoftBus);
    IOTA_SetEventCallback(OnEvent);
    FirstFlow(busId, sizeof(busId));
    Snapshot(busId);
    Update(busId);
    Errors();
    BrokenInput(busId);
    Deletion(busId);
    Crowd();
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK(getDeviceId() == NULL || strcmp(getDeviceId(), g_args.id) == 0);
    (void)WalkTable();
    return Finish();
}
