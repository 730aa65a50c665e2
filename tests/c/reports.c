#define MQTTV5

#include "reports.h"

#include <stdlib.h>
#include <string.h>

#include "iota_bridge.h"
#include "iota_datatrans.h"
#include "mqttv5_util.h"

typedef struct {
    ST_IOTA_SERVICE_DATA_INFO service;
    ST_IOTA_DEVICE_DATA_INFO device;
    ST_IOTA_DEVICE_STATUSES statuses;
    ST_IOTA_SUB_DEVICE_INFO added;
    ST_IOTA_DEL_SUB_DEVICE deleted;
    ST_IOTA_DEVICE_INFO_REPORT info;
    ST_IOTA_DEVICE_CONFIG_RESULT config;
    ST_IOTA_COMMAND_RSP_V3 response;
    MQTTV5_USER_PRO pair;
    MQTTV5_DATA v5;
} Structs;

static void Fill(Structs *structs, char *text, char *json)
{
    ST_IOTA_DEVICE_INFO device = {text, text, text, text, text, text, text};

    memset(structs, 0, sizeof(*structs));
    structs->service = (ST_IOTA_SERVICE_DATA_INFO){text, text, json};
    structs->device.device_id = text;
    structs->device.services[0] = structs->service;
    structs->statuses.event_time = text;
    structs->statuses.device_statuses[0] = (ST_IOTA_DEVICE_STATUS){text, text};
    structs->added.event_time = structs->added.event_id = text;
    structs->added.deviceInfo[0] = device;
    structs->deleted.event_time = structs->deleted.event_id = text;
    structs->deleted.delSubDevice[0] = text;
    structs->info = (ST_IOTA_DEVICE_INFO_REPORT){text, text, text, text, text, text};
    structs->config.object_device_id = text;
    structs->response.body = json;
    structs->pair = (MQTTV5_USER_PRO){text, text, NULL};
    structs->v5 = (MQTTV5_DATA){&structs->pair, text, text, text, 1};
}

static void Devices(Structs *s, char *text, char *json, int lengths[1])
{
    ST_IOTA_MESS_REP_INFO message = {text, text, text, text, text};
    ST_IOTA_OTA_VERSION_INFO version = {text, text, text, text};
    ST_IOTA_UPGRADE_STATUS_INFO status = {text, 0, 50, text, text, text};
    ST_IOTA_UPLOAD_FILE file = {text, text, 10};

    (void)IOTA_MessageReport(text, text, text, text, text, 0, NULL);
    (void)IOTA_MessageReport(text, text, text, text, text, 1, NULL);
    (void)IOTA_MessageDataReport(message, NULL);
    (void)IOTA_PropertiesReport(&s->service, 1, 0, NULL);
    (void)IOTA_PropertiesReport(&s->service, 1, 1, NULL);
    (void)IOTA_BatchPropertiesReport(&s->device, 1, lengths, 0, NULL);
    (void)IOTA_BatchPropertiesReport(&s->device, 1, lengths, 1, NULL);
    (void)IOTA_CommandResponse(text, 0, text, json, NULL);
    (void)IOTA_PropertiesSetResponse(text, 0, text, NULL);
    (void)IOTA_PropertiesGetResponse(text, &s->service, 1, NULL);
    (void)IOTA_GetDeviceShadow(text, text, text, NULL);
    (void)IOTA_M2MSendMsg(text, text, text, text, NULL);
    (void)IOTA_ReportSubDeviceInfo(json, NULL);
    (void)IOTA_SubDeviceVersionReport(text, NULL);
    (void)IOTA_OTAVersionReport(version, NULL);
    (void)IOTA_OTAStatusReport(status, NULL);
    (void)IOTA_SubscribeUserTopic(text);
    (void)IOTA_SubscribeTopic(text, 1);
    (void)IOTA_PropertiesReportV3(&s->service, 1, NULL);
    (void)IOTA_BinaryReportV3(text, NULL);
    (void)IOTA_CmdRspV3(&s->response, NULL);
    (void)IOTA_GetNTPTime(NULL);
    (void)IOTA_Bootstrap(text);
    (void)IOTA_SubscribeJsonCmdV3();
    (void)IOTA_SubsrcibeBinaryCmdV3();
    (void)IOTA_UpdateSubDeviceStatus(&s->statuses, 1, NULL);
    (void)IOTA_SubscribeBoostrap();
    (void)IOTA_AddSubDevice(&s->added, 1, NULL);
    (void)IOTA_GetLatestSoftBusInfo(text, text, NULL);
    (void)IOTA_DelSubDevice(&s->deleted, 1, NULL);
    (void)IOTA_ReportDeviceLog(text, text, text, NULL);
    (void)IOTA_ReportDeviceInfo(&s->info, NULL);
    (void)IOTA_RptDeviceConfigRst(&s->config, NULL);
    (void)IOTA_GetUploadFileUrl(&file, NULL);
    (void)IOTA_RawTopicMessageReport(text, text, 0, NULL);
    (void)IOTA_GetDownloadFileUrl(&file, NULL);
    (void)IOTA_UploadFileResultReport(text, text, 0, 0, text);
    (void)IOTA_DownloadFileResultReport(text, text, 0, 0, text);
    (void)IOTA_CommandResponseV5(text, 0, text, json, NULL, &s->v5);
    (void)IOTA_BatchPropertiesReportV5(&s->device, 1, lengths, 0, NULL, &s->v5);
    (void)IOTA_PropertiesReportV5(&s->service, 1, 0, NULL, &s->v5);
    (void)IOTA_MessageReportV5(message, 0, NULL, &s->v5);
    (void)IOTA_RawTopicMessageReportV5(text, text, 0, NULL, &s->v5);
}

static void Bridges(Structs *s, char *text, char *json, int lengths[1])
{
    ST_IOTA_UPLOAD_FILE file = {text, text, 10};

    (void)IOTA_BridgeDeviceLogin(text, text, text, NULL);
    (void)IOTA_BridgeDeviceLogout(text, text, NULL);
    (void)IOTA_BridgeDeviceResetSecret(text, text, text, text, NULL);
    (void)IOTA_BridgeDeviceMessagesReport(text, text, text, text, text, NULL);
    (void)IOTA_BridgeDevicePropertiesReport(text, &s->service, 1, NULL);
    (void)IOTA_BridgeDeviceBatchPropertiesReport(text, &s->device, 1, lengths, NULL);
    (void)IOTA_BridgeDevicePropertiesSetResponse(text, text, 0, text, NULL);
    (void)IOTA_BridgeDevicePropertiesGetResponse(text, text, &s->service, 1, NULL);
    (void)IOTA_BridgeDeviceGetDeviceShadow(text, text, text, text, NULL);
    (void)IOTA_BridgeDeviceCommandResponse(text, text, 0, text, json, NULL);
    (void)IOTA_BridgeDeviceUpdateSubDeviceStatus(text, &s->statuses, 1, NULL);
    (void)IOTA_BridgeDeviceAddSubDevice(text, &s->added, 1, NULL);
    (void)IOTA_BridgeDeviceDelSubDevice(text, &s->deleted, 1, NULL);
    (void)IOTA_BridgeDeviceGetUploadFileUrl(text, &file, NULL);
    (void)IOTA_BridgeDeviceGetDownloadFileUrl(text, &file, NULL);
    (void)IOTA_BridgeDeviceReportDeviceInfo(text, &s->info, NULL);
    (void)IOTA_BridgeDeviceGetNTPTime(text, NULL);
    (void)IOTA_BridgeDeviceGetLatestSoftBusInfo(text, text, text, NULL);
    (void)IOTA_BridgeDeviceReportDeviceLog(text, text, text, text, NULL);
    (void)IOTA_BridgeIsConnected();
}

void EveryReport(char *text, char *json)
{
    Structs *structs = malloc(sizeof(*structs));
    int lengths[1] = {1};

    if (structs == NULL) {
        return;
    }
    Fill(structs, text, json);
    Devices(structs, text, json, lengths);
    Bridges(structs, text, json, lengths);
    free(structs);
}

void EveryReportOfNothing(void)
{
    ST_IOTA_MESS_REP_INFO message = {NULL, NULL, NULL, NULL, NULL};
    ST_IOTA_SERVICE_DATA_INFO service = {"s", NULL, "{}"};
    const int counts[] = {-2147483647 - 1, -1, 0, 1};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        int count = counts[i];
        (void)IOTA_PropertiesReport(NULL, count, 0, NULL);
        (void)IOTA_BatchPropertiesReport(NULL, count, NULL, 0, NULL);
        (void)IOTA_PropertiesGetResponse("1", NULL, count, NULL);
        (void)IOTA_PropertiesReportV3(NULL, count, NULL);
        (void)IOTA_UpdateSubDeviceStatus(NULL, count, NULL);
        (void)IOTA_AddSubDevice(NULL, count, NULL);
        (void)IOTA_DelSubDevice(NULL, count, NULL);
        (void)IOTA_BridgeDevicePropertiesReport("b", NULL, count, NULL);
        (void)IOTA_BridgeDeviceBatchPropertiesReport("b", NULL, count, NULL, NULL);
        (void)IOTA_BridgeDeviceAddSubDevice("b", NULL, count, NULL);
        (void)IOTA_BridgeDeviceDelSubDevice("b", NULL, count, NULL);
        (void)IOTA_BridgeDeviceUpdateSubDeviceStatus("b", NULL, count, NULL);
        if (count <= 0) {
            (void)IOTA_PropertiesReport(&service, count, 0, NULL);
            (void)IOTA_PropertiesReportV3(&service, count, NULL);
        }
    }
    (void)IOTA_SubDeviceProductGetReport(NULL, NULL);
    (void)IOTA_SubDeviceScanReport(NULL, NULL);
    (void)IOTA_CmdRspV3(NULL, NULL);
    (void)IOTA_ReportDeviceInfo(NULL, NULL);
    (void)IOTA_RptDeviceConfigRst(NULL, NULL);
    (void)IOTA_GetUploadFileUrl(NULL, NULL);
    (void)IOTA_GetDownloadFileUrl(NULL, NULL);
    (void)IOTA_MessageReportV5(message, 0, NULL, NULL);
    (void)IOTA_BridgeDeviceReportDeviceInfo("b", NULL, NULL);
}
