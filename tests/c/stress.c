/* Many bus infos while four threads read the table and all look-ups: no crash, constant memory. */
#include "harness.h"

#include "cJSON.h"
#include "iota_softbus_ext.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READERS 4
#define TEXT_SIZE (256 * 1024)

static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static bool g_stop;
static int g_events;
static long long g_reads;

static bool Stopped(void)
{
    bool stop;
    (void)pthread_mutex_lock(&g_lock);
    stop = g_stop;
    (void)pthread_mutex_unlock(&g_lock);
    return stop;
}

static int Events(void)
{
    int events;
    (void)pthread_mutex_lock(&g_lock);
    events = g_events;
    (void)pthread_mutex_unlock(&g_lock);
    return events;
}

static void OnSoftBus(char *object, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event)
{
    (void)object;
    (void)info;
    (void)event;
    (void)pthread_mutex_lock(&g_lock);
    g_events++;
    (void)pthread_mutex_unlock(&g_lock);
}

/* What a C program does that knows nothing of updates. */
static long long ReadOnce(unsigned turn)
{
    soft_bus_total *total = getSoftBusTotal();
    char id[64];
    char ip[64];
    long long length = 0;

    for (int i = 0; i < total->count && i < SOFTBUS_TOTAL_LEN; i++) {
        soft_bus_infos *bus = &total->g_soft_bus_info[i];
        length += (long long)strlen(bus->bus_id) + (long long)strlen(bus->bus_key) + bus->version;
        for (int k = 0; k < bus->count && k < SOFTBUS_INFO_LEN; k++) {
            length += (long long)strlen(bus->g_device_soft_bus_info[k].device_id);
            length += (long long)strlen(bus->g_device_soft_bus_info[k].device_ip);
        }
    }
    (void)snprintf(id, sizeof(id), "member_%u_%u", turn % 10, turn % 50);
    (void)snprintf(ip, sizeof(ip), "10.%u.0.%u", turn % 10, turn % 50);
    length += isValidIP(ip) ? 1 : 0;
    length += isValidDeviceID(id) ? 1 : 0;
    char *address = getIpAddr(id);
    char *key = getAuthKey(g_args.id, id);
    char *own = getDeviceId();
    length += address != NULL ? (long long)strlen(address) : 0;
    length += key != NULL ? (long long)strlen(key) : 0;
    length += own != NULL ? (long long)strlen(own) : 0;
    free(address);
    free(key);
    if (turn % 16 == 0) {
        IOTA_SoftBusFreeSnapshot(IOTA_SoftBusGetSnapshot());
    }
    return length;
}

static void *Reader(void *argument)
{
    unsigned turn = *(unsigned *)argument;
    long long reads = 0;

    while (!Stopped()) {
        (void)ReadOnce(turn++);
        reads++;
    }
    (void)pthread_mutex_lock(&g_lock);
    g_reads += reads;
    (void)pthread_mutex_unlock(&g_lock);
    return NULL;
}

static long ResidentKb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size = 0;
    long resident = 0;

    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &size, &resident) != 2) {
            resident = 0;
        }
        (void)fclose(file);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* `paras` of a response with 10 buses of 50 members; every update has other keys and versions. */
static void MakeParas(char *text, unsigned update)
{
    size_t used = (size_t)sprintf(text, "{\"bus_infos\":[");

    for (int i = 0; i < 10; i++) {
        used += (size_t)sprintf(text + used,
            "%s{\"bus_id\":\"%032x\",\"version\":%u,\"bus_name\":\"bus %d\",\"bus_key\":\"%016x\",\"device_count\":50,\"devices_info\":[",
            i > 0 ? "," : "", (unsigned)(i + 1), update, i, update * 10 + (unsigned)i);
        for (int k = 0; k < 50; k++) {
            used += (size_t)sprintf(text + used, "%s{\"device_id\":\"member_%d_%d\",\"device_ip\":\"10.%d.0.%d\"}", k > 0 ? "," : "",
                i, k, i, k);
        }
        used += (size_t)sprintf(text + used, "]}");
    }
    (void)sprintf(text + used, "],\"bus_count\":10}");
}

static void DirectUpdates(int updates, int from, char *text)
{
    for (int i = 0; i < updates; i++) {
        MakeParas(text, (unsigned)(from + i));
        cJSON *paras = cJSON_Parse(text);
        if (paras == NULL || softBusParasToTotal(paras) != 0) {
            CHECK(!"update accepted");
            cJSON_Delete(paras);
            return;
        }
        cJSON_Delete(paras);
    }
}

static void PlatformUpdates(int updates)
{
    int before = Events();

    CHECK(Ask("flood %d", updates));
    CHECK_SOON(Events() >= before + updates, 600000);
}

int main(int argc, char **argv)
{
    pthread_t threads[READERS];
    unsigned starts[READERS];
    bool platform;
    int updates;
    long limit;
    long warm = 0;
    long end;
    char *text;

    Start(argc, argv);
    LogPrint(false);
    platform = strcmp(Option("source", "direct"), "platform") == 0;
    updates = atoi(Option("updates", "1000"));
    limit = atol(Option("limit-kb", "0"));
    text = malloc(TEXT_SIZE);
    if (text == NULL) {
        return 3;
    }
    IOTA_SetPrintLogCallback(NULL); /* the log is not what grows */
    IOTA_SetEvenSoftBusCallback(OnSoftBus);
    if (platform) {
        CHECK(ConnectNow());
    } else {
        CHECK_INT(InitAndConfigure(), 0);
    }
    for (unsigned i = 0; i < READERS; i++) {
        starts[i] = i * 13;
        CHECK_INT(pthread_create(&threads[i], NULL, Reader, &starts[i]), 0);
    }

    /* the first tenth fills the caches */
    for (int part = 0; part < 10; part++) {
        if (platform) {
            PlatformUpdates(updates / 10);
        } else {
            DirectUpdates(updates / 10, part * (updates / 10), text);
        }
        if (part == 0) {
            warm = ResidentKb();
        }
    }
    end = ResidentKb();
    (void)pthread_mutex_lock(&g_lock);
    g_stop = true;
    (void)pthread_mutex_unlock(&g_lock);
    for (int i = 0; i < READERS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    printf("%d updates, %lld reads by %d threads, resident %ld kB after a tenth, %ld kB at the end\n", updates / 10 * 10, g_reads,
        READERS, warm, end);
    CHECK(g_reads > 0);
    CHECK_INT(getSoftBusTotal()->count, 10);
    CHECK_INT(getSoftBusTotal()->g_soft_bus_info[9].count, 50);
    if (limit > 0) {
        Check(end - warm < limit, __FILE__, __LINE__, "resident memory grew by %ld kB, allowed %ld kB", end - warm, limit);
    }
    CHECK_INT(releaseSoftBusCache(), 0);
    CHECK_INT(IOTA_Destroy(), 0);
    free(text);
    return Finish();
}
