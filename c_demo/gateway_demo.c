/*
 * Gateway: adds a sub-device, reports that it is online and what it measures, hands a command over to it, deletes it again. The
 * platform adds one too, which the gateway hears of.
 */
#include "session.h"

#define NODE "thermometer-1"
#define PRODUCT "64f1c0a2"

static int g_notified;
static int g_added;
static int g_updated;
static int g_deleted;
static int g_commands;
static char g_child[128]; /* written before g_added is counted, read after it */

static void OnSubDevice(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event)
{
    (void)objectDeviceId;
    (void)info;
    if (event->event_type == EN_IOTA_EVENT_ADD_SUB_DEVICE_NOTIFY) {
        for (int i = 0; event->paras != NULL && i < event->paras->devices_count; i++) {
            Say("the platform added %s, version %lld", Text(event->paras->devices[i].device_id),
                (long long)event->paras->version);
        }
        Count(&g_notified);
    } else if (event->event_type == EN_IOTA_EVENT_ADD_SUB_DEVICE_RESPONSE && event->gtw_add_device_paras != NULL) {
        const EN_IOTA_GTW_ADD_DEVICE_PARAS *paras = event->gtw_add_device_paras;
        for (int i = 0; i < paras->successful_devices_count; i++) {
            Say("added %s", Text(paras->successful_devices[i].device_id));
            (void)snprintf(g_child, sizeof(g_child), "%s", Text(paras->successful_devices[i].device_id));
        }
        for (int i = 0; i < paras->failed_devices_count; i++) {
            Say("not added: %s", Text(paras->failed_devices[i].error_msg));
        }
        Count(&g_added);
    } else if (event->event_type == EN_IOTA_EVENT_UPDATE_SUB_DEVICE_RESPONSE && event->gtw_update_status_paras != NULL) {
        const EN_IOTA_GTW_UODATE_STATUS_PARAS *paras = event->gtw_update_status_paras;
        for (int i = 0; i < paras->successful_devices_count; i++) {
            Say("%s is %s", Text(paras->successful_devices[i].device_id), Text(paras->successful_devices[i].status));
        }
        Count(&g_updated);
    } else if (event->event_type == EN_IOTA_EVENT_DEL_SUB_DEVICE_RESPONSE && event->gtw_del_device_paras != NULL) {
        const EN_IOTA_GTW_DEL_DEVICE_PARAS *paras = event->gtw_del_device_paras;
        for (int i = 0; i < paras->successful_devices_count; i++) {
            Say("deleted %s", Text(paras->successful_devices[i]));
        }
        Count(&g_deleted);
    }
}

static void OnCommand(EN_IOTA_COMMAND *command)
{
    Say("command %s for sub-device %s", command->command_name, command->object_device_id);
    (void)IOTA_CommandResponse(command->request_id, Same(command->object_device_id, g_child) ? 0 : 1, NULL, NULL, NULL);
    Count(&g_commands);
}

static bool Add(void)
{
    static ST_IOTA_SUB_DEVICE_INFO request; /* too large for a small stack */

    request.event_id = "add-1";
    request.deviceInfo[0].node_id = NODE;
    request.deviceInfo[0].product_id = PRODUCT;
    request.deviceInfo[0].name = "window";
    return IOTA_AddSubDevice(&request, 1, NULL) == 0 && WaitFor(&g_added, 1) && g_child[0] != '\0';
}

static bool Update(char *status)
{
    static ST_IOTA_DEVICE_STATUSES request;

    request.device_statuses[0].device_id = g_child;
    request.device_statuses[0].status = status;
    return IOTA_UpdateSubDeviceStatus(&request, 1, NULL) == 0 && WaitFor(&g_updated, 1);
}

static bool Report(void)
{
    ST_IOTA_DEVICE_DATA_INFO device;
    HW_INT services = 1;

    memset(&device, 0, sizeof(device));
    device.device_id = g_child;
    device.services[0].service_id = "climate";
    device.services[0].properties = "{\"temperature\":18}";
    return IOTA_BatchPropertiesReport(&device, 1, &services, 0, NULL) == 0 && WaitFor(&g_delivered, 3);
}

static bool Delete(void)
{
    static ST_IOTA_DEL_SUB_DEVICE request;

    request.delSubDevice[0] = g_child;
    return IOTA_DelSubDevice(&request, 1, NULL) == 0 && WaitFor(&g_deleted, 1);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetEvenSubDeviceCallback(OnSubDevice);
    IOTA_SetCmdCallback(OnCommand);

    ok = ok && Connect();
    ok = ok && Add() && Update("ONLINE") && Report();
    Say("ready for commands");
    ok = ok && WaitFor(&g_commands, 1) && WaitFor(&g_notified, 1) && WaitFor(&g_delivered, 4);
    ok = ok && Delete();
    return Finish(ok);
}
