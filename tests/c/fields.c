/*
 * Reads every field of every structure that a callback gets, for all messages of tests/vectors/downlink.json: a pointer is
 * valid or NULL, a text ends, a list has as many elements as it says. Whoever watches the program (valgrind, AddressSanitizer)
 * judges what is read; the program itself counts that every kind of callback has run.
 */
#include "harness.h"

#include <stdint.h>
#include <string.h>

#include "cJSON.h"
#include "iota_defaultCallback.h"
#include "mqttv5_util.h"

enum {
    ON_EVENT, ON_COMMAND, ON_COMMAND_V3, ON_MESSAGE, ON_RAW, ON_PROPERTY_SET, ON_PROPERTY_GET, ON_SHADOW, ON_USER, ON_USER_RAW,
    ON_BOOTSTRAP, ON_M2M, ON_LOGIN, ON_LOGOUT,
    ON_RESET, ON_DISCONNECT, ON_UNDEFINED, ON_SUB_DEVICE, ON_NTP, ON_LOG, ON_SOFT_BUS, ON_TUNNEL, ON_FILES, ON_VERSION, ON_UPGRADE, ON_CONFIG, ON_KINDS
};

static int g_calls[ON_KINDS];
static int g_end;
static volatile uint64_t g_sum;

static void Called(int kind)
{
    (void)__atomic_add_fetch(&g_calls[kind], 1, __ATOMIC_SEQ_CST);
}

static void Number(long long value)
{
    g_sum += (uint64_t)value;
}

static void Bytes(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        g_sum += (unsigned char)bytes[i] == 'x' ? 2 : 1; /* a branch on each byte: memcheck reports what was never written */
    }
}

static void Text(const char *text)
{
    if (text != NULL) {
        Bytes(text, strlen(text));
    }
}

static void Info(const EN_IOTA_MQTT_MSG_INFO *info)
{
    CHECK(info != NULL && info->context == NULL && info->messageId >= 0 && info->code == 0);
}

static void V5(void *properties)
{
    MQTTV5_DATA *data = properties;

    if (data == NULL) {
        return;
    }
    for (MQTTV5_USER_PRO *node = data->properties; node != NULL; node = node->nex) {
        Text(node->key);
        Text(node->Value);
    }
    Text(data->contnt_type);
    Text(data->response_topic);
    Text(data->correlation_data);
    Number(data->topic_alias);
}

static void DeviceInfo(const EN_IOTA_DEVICE_INFO *device)
{
    Text(device->parent_device_id);
    Text(device->node_id);
    Text(device->device_id);
    Text(device->name);
    Text(device->description);
    Text(device->manufacturer_id);
    Text(device->model);
    Text(device->product_id);
    Text(device->fw_version);
    Text(device->sw_version);
    Text(device->status);
    Text(device->extension_info);
}

static void Ota(const EN_IOTA_OTA_PARAS *ota)
{
    if (ota == NULL) {
        return;
    }
    Text(ota->version);
    Text(ota->url);
    Number(ota->file_size);
    Text(ota->file_name);
    Text(ota->task_id);
    Number(ota->sub_device_count);
    Text(ota->task_ext_info);
    Text(ota->access_token);
    Number(ota->expires);
    Text(ota->sign);
}

static void Gateway(const EN_IOTA_SERVICE_EVENT *service)
{
    if (service->paras != NULL) {
        for (int i = 0; i < service->paras->devices_count; i++) {
            DeviceInfo(&service->paras->devices[i]);
        }
        Number(service->paras->version);
    }
    if (service->gtw_add_device_paras != NULL) {
        const EN_IOTA_GTW_ADD_DEVICE_PARAS *paras = service->gtw_add_device_paras;
        for (int i = 0; i < paras->successful_devices_count; i++) {
            DeviceInfo(&paras->successful_devices[i]);
        }
        for (int i = 0; i < paras->failed_devices_count; i++) {
            Text(paras->failed_devices[i].node_id);
            Text(paras->failed_devices[i].product_id);
            Text(paras->failed_devices[i].error_code);
            Text(paras->failed_devices[i].error_msg);
        }
    }
    if (service->gtw_del_device_paras != NULL) {
        const EN_IOTA_GTW_DEL_DEVICE_PARAS *paras = service->gtw_del_device_paras;
        for (int i = 0; i < paras->successful_devices_count; i++) {
            Text(paras->successful_devices[i]);
        }
        for (int i = 0; i < paras->failed_devices_count; i++) {
            Text(paras->failed_devices[i].device_id);
            Text(paras->failed_devices[i].error_code);
            Text(paras->failed_devices[i].error_msg);
        }
    }
    if (service->gtw_update_status_paras != NULL) {
        const EN_IOTA_GTW_UODATE_STATUS_PARAS *paras = service->gtw_update_status_paras;
        for (int i = 0; i < paras->successful_devices_count; i++) {
            Text(paras->successful_devices[i].device_id);
            Text(paras->successful_devices[i].status);
        }
        for (int i = 0; i < paras->failed_devices_count; i++) {
            Text(paras->failed_devices[i].device_id);
            Text(paras->failed_devices[i].error_code);
            Text(paras->failed_devices[i].error_msg);
        }
    }
}

static void ServiceEvent(const EN_IOTA_SERVICE_EVENT *service)
{
    Number(service->servie_id);
    Number(service->event_type);
    Text(service->event_time);
    Text(service->event_id);
    Gateway(service);
    Ota(service->ota_paras);
    if (service->ntp_paras != NULL) {
        Number(service->ntp_paras->device_real_time);
    }
    if (service->device_log_paras != NULL) {
        Text(service->device_log_paras->log_switch);
        Text(service->device_log_paras->end_time);
    }
    CHECK(service->device_rule_paras == NULL);
    if (service->tunnel_mgr_paras != NULL) {
        Text(service->tunnel_mgr_paras->tunnel_url);
        Text(service->tunnel_mgr_paras->tunnel_access_token);
    }
    if (service->file_mgr_paras != NULL) {
        Text(service->file_mgr_paras->url);
    }
    if (service->soft_bus_paras != NULL) {
        Text(service->soft_bus_paras->bus_infos);
    }
}

static void OnEvent(EN_IOTA_EVENT *event)
{
    Called(ON_EVENT);
    Info(event->mqtt_msg_info);
    Text(event->object_device_id);
    for (int i = 0; i < event->services_count; i++) {
        ServiceEvent(&event->services[i]);
    }
    Text(event->bridge_device_id);
}

static void OnCommand(EN_IOTA_COMMAND *command)
{
    Called(ON_COMMAND);
    if (command->mqtt_msg_info != NULL) {
        Number(command->mqtt_msg_info->messageId);
    }
    Text(command->object_device_id);
    Text(command->service_id);
    Text(command->command_name);
    Text(command->paras);
    Text(command->request_id);
    Text(command->bridge_device_id);
}

static void OnCommandV3(EN_IOTA_COMMAND_V3 *command)
{
    Called(ON_COMMAND_V3);
    Info(command->mqtt_msg_info);
    Text(command->msgType);
    Text(command->serviceId);
    Text(command->cmd);
    Text(command->paras);
    Number(command->mid);
}

static void OnMessage(EN_IOTA_MESSAGE *message, void *mqttv5)
{
    Called(ON_MESSAGE);
    Info(message->mqtt_msg_info);
    Text(message->object_device_id);
    Text(message->name);
    Text(message->id);
    Text(message->content);
    Text(message->bridge_device_id);
    V5(mqttv5);
}

static void OnRaw(EN_IOTA_RAW_MESSAGE *message, void *mqttv5)
{
    Called(ON_RAW);
    Info(message->mqttMsgInfo);
    Text(message->objectDeviceId);
    Bytes(message->payload, (size_t)message->payloadLength + 1);
    V5(mqttv5);
}

static void OnPropertySet(EN_IOTA_PROPERTY_SET *set)
{
    Called(ON_PROPERTY_SET);
    Info(set->mqtt_msg_info);
    Text(set->object_device_id);
    Text(set->request_id);
    for (int i = 0; i < set->services_count; i++) {
        Text(set->services[i].service_id);
        Text(set->services[i].properties);
    }
    Text(set->bridge_device_id);
}

static void OnPropertyGet(EN_IOTA_PROPERTY_GET *get)
{
    Called(ON_PROPERTY_GET);
    Info(get->mqtt_msg_info);
    Text(get->object_device_id);
    Text(get->request_id);
    Text(get->service_id);
    Text(get->bridge_device_id);
}

static void OnShadow(EN_IOTA_DEVICE_SHADOW *shadow)
{
    Called(ON_SHADOW);
    Info(shadow->mqtt_msg_info);
    Text(shadow->object_device_id);
    Text(shadow->request_id);
    for (int i = 0; i < shadow->shadow_data_count; i++) {
        Text(shadow->shadow[i].service_id);
        Text(shadow->shadow[i].desired_event_time);
        Text(shadow->shadow[i].desired_properties);
        Text(shadow->shadow[i].reported_event_time);
        Text(shadow->shadow[i].reported_properties);
        Number(shadow->shadow[i].version);
    }
    Text(shadow->bridge_device_id);
}

static void OnUser(EN_IOTA_USER_TOPIC_MESSAGE *message)
{
    Called(ON_USER);
    Info(message->mqtt_msg_info);
    Text(message->object_device_id);
    Text(message->name);
    Text(message->id);
    Text(message->content);
    Text(message->topic_para);
}

static void OnUserRaw(EN_IOTA_USER_TOPIC_RAW_MESSAGE *message)
{
    Called(ON_USER_RAW);
    Info(message->mqttMsgInfo);
    Text(message->objectDeviceId);
    Bytes(message->payload, (size_t)message->payloadLength + 1);
    Text(message->topicPara);
    if (strcmp(message->topicPara, "the-last-one") == 0) {
        __atomic_store_n(&g_end, 1, __ATOMIC_SEQ_CST);
    }
}

static void OnBootstrap(EN_IOTA_MQTT_PROTOCOL_RSP *answer)
{
    Called(ON_BOOTSTRAP);
    Info(answer->mqtt_msg_info);
    Text(answer->message);
    Text(answer->deviceSecret);
}

static void OnM2m(EN_IOTA_M2M_MESSAGE *message)
{
    Called(ON_M2M);
    Info(message->mqtt_msg_info);
    Text(message->request_id);
    Text(message->to);
    Text(message->from);
    Text(message->content);
}

static void BridgeAnswer(const EN_IOTA_BRIDGES_LOGIN *answer)
{
    Info(answer->mqtt_msg_info);
    Number(answer->result_code);
    Text(answer->bridge_device_id);
    Text(answer->request_id);
}

static void OnLogin(EN_IOTA_BRIDGES_LOGIN *answer)
{
    Called(ON_LOGIN);
    BridgeAnswer(answer);
}

static void OnLogout(EN_IOTA_BRIDGES_LOGOUT *answer)
{
    Called(ON_LOGOUT);
    BridgeAnswer(answer);
}

static void OnReset(EN_IOTA_BRIDGES_RESET_SECRET *answer)
{
    Called(ON_RESET);
    Info(answer->mqtt_msg_info);
    Number(answer->result_code);
    Text(answer->bridge_device_id);
    Text(answer->paras);
    Text(answer->request_id);
    Text(answer->new_secret);
}

static void OnBridgeDisconnect(EN_IOTA_BRIDGES_PALLET_DISCONNECT *message)
{
    Called(ON_DISCONNECT);
    Info(message->mqtt_msg_info);
    Text(message->bridge_device_id);
}

static void OnUndefined(EN_IOTA_UNDEFINED_MESSAGE *message)
{
    Called(ON_UNDEFINED);
    Info(message->mqtt_msg_info);
    Text(message->object_device_id);
    Text(message->payload);
    Text(message->bridge_device_id);
}

#define SPECIFIC(name, kind) \
    static void name(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *service) \
    { \
        Called(kind); \
        Text(objectDeviceId); \
        Info(info); \
        ServiceEvent(service); \
    }
SPECIFIC(OnSubDevice, ON_SUB_DEVICE)
SPECIFIC(OnNtp, ON_NTP)
SPECIFIC(OnDeviceLog, ON_LOG)
SPECIFIC(OnSoftBus, ON_SOFT_BUS)
SPECIFIC(OnTunnel, ON_TUNNEL)
SPECIFIC(OnFile, ON_FILES)

static void OnVersion(char *objectDeviceId)
{
    Called(ON_VERSION);
    Text(objectDeviceId);
}

static void OnUpgrade(char *objectDeviceId, int eventType, EN_IOTA_OTA_PARAS *paras)
{
    Called(ON_UPGRADE);
    Text(objectDeviceId);
    Number(eventType);
    Ota(paras);
}

static int OnConfig(JSON *config, char *description)
{
    char *printed = cJSON_Print(config);

    Called(ON_CONFIG);
    Bytes(description, 100);
    Text(config->string);
    Text(printed);
    cJSON_free(printed);
    memset(description, 'd', 100); /* no zero byte: the library must not read on */
    return 0;
}

static void RegisterAll(void)
{
    IOTA_SetEventCallback(OnEvent);
    IOTA_SetCmdCallback(OnCommand);
    IOTA_SetCmdCallbackV3(OnCommandV3);
    IOTA_SetMessageCallback(OnMessage);
    IOTA_SetRawMessageCallback(OnRaw);
    IOTA_SetPropSetCallback(OnPropertySet);
    IOTA_SetPropGetCallback(OnPropertyGet);
    IOTA_SetShadowGetCallback(OnShadow);
    IOTA_SetUserTopicMsgCallback(OnUser);
    IOTA_SetUserTopicRawMsgCallback(OnUserRaw);
    IOTA_SetBootstrapCallback(OnBootstrap);
    IOTA_SetM2mCallback(OnM2m);
    IOTA_SetBridgesDeviceLoginCallback(OnLogin);
    IOTA_SetBridgesDeviceLogoutCallback(OnLogout);
    IOTA_SetBridgesDeviceResetSecretCallback(OnReset);
    IOTA_SetBridgesDeviceDisConnCallback(OnBridgeDisconnect);
    IOTA_SetUndefinedMessageCallback(OnUndefined);
    IOTA_SetEvenSubDeviceCallback(OnSubDevice);
    IOTA_SetNtpCallback(OnNtp);
    IOTA_SetEvenDeviceLogCallback(OnDeviceLog);
    IOTA_SetEvenSoftBusCallback(OnSoftBus);
    IOTA_SetEvenTunnelManagerCallback(OnTunnel);
    IOTA_SetEvenFileManagerCallback(OnFile);
    IOTA_SetEvenOtaVersionUpCallback(OnVersion);
    IOTA_SetEvenOtaUrlResponseCallback(OnUpgrade);
    IOTA_SetDeviceConfigCallback(OnConfig);
}

int main(int argc, char **argv)
{
    Start(argc, argv);
    LogPrint(false);
    RegisterAll();
    CHECK(ConnectNow());
    CHECK(Ask("downlink-vectors"));
    CHECK_SOON(__atomic_load_n(&g_end, __ATOMIC_SEQ_CST) == 1, 30000);
    for (int kind = 0; kind < ON_KINDS; kind++) {
        Check(g_calls[kind] > 0, __FILE__, __LINE__, "callback %d was called %d times", kind, g_calls[kind]);
    }
    CHECK_INT(IOTA_Destroy(), 0);
    return Finish();
}
