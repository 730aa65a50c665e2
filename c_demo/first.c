#include <stdio.h>
#include <unistd.h>
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_init.h"
#include "iota_login.h"

static void OnConnected(EN_IOTA_MQTT_PROTOCOL_RSP *rsp) { (void)rsp; puts("connected"); }
static void OnFailed(EN_IOTA_MQTT_PROTOCOL_RSP *rsp) { printf("not connected: %s\n", rsp->message); }
static void OnDelivered(EN_IOTA_MQTT_PROTOCOL_RSP *rsp) { printf("delivered: %d\n", rsp->mqtt_msg_info->messageId); }
static void OnCommand(EN_IOTA_COMMAND *command) {
    printf("command %s %s\n", command->command_name, command->paras);
    IOTA_CommandResponse(command->request_id, 0, "done", "{}", NULL);
}
int main(void) {
    IOTA_Init(".");                                          /* conf/rootcert.pem, if any, is below it */
    IOTA_ConnectConfigSet("127.0.0.1", "8883", "my-device", "my-secret-0123456789"); /* address, TLS port, device id, secret */
    IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_SYSTEM_ROOTS, 1);     /* trust the system's certificate authorities, too */
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnected);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, OnFailed);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, OnDelivered);
    IOTA_SetCmdCallback(OnCommand);
    IOTA_Connect();
    IOTA_MessageReport(NULL, "greeting", "1", "hello, platform", NULL, 0, NULL); /* waits in the queue until connected */
    sleep(10);
    return IOTA_Destroy();
}
