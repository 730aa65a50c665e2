/*
 * A program as it was compiled against the C SDK: with declarations of its own, those of 1.2.1 or, with THEN=0x0101, of 1.1.
 * It takes ADDRESS PORT DEVICE_ID and ends with 77 on a library that is not this one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef THEN
#define THEN 0x0102
#endif

#if THEN < 0x0102
enum { DEBUG = 7, INFO = 6, WARNING = 4, ERROR = 3 };
#else
enum { DEBUG = 0, INFO = 1, WARNING = 2, ERROR = 3 };
#endif

typedef struct {
    void *context;
    int messageId;
    int code;
} Info;

typedef struct {
    Info *info;
    char *message;
#if THEN >= 0x0102
    char *deviceSecret;
#endif
} Outcome;

typedef struct {
    Info *info;
    char *object_device_id;
    char *service_id;
    char *command_name;
    char *paras;
    char *request_id;
#if THEN >= 0x0102
    char *bridge_device_id;
#endif
} Command;

typedef struct {
    Info *info;
    char *object_device_id;
    char *name;
    char *id;
    char *content;
#if THEN >= 0x0102
    char *bridge_device_id;
#endif
} Message;

typedef struct {
    char *service_id;
    char *event_time;
    char *properties;
} Service;

int IOTA_Init(char *path);
int IOTA_Destroy(void);
int IOTA_Connect(void);
int IOTA_DisConnect(void);
int IOTA_ConfigSetStr(int item, char *value);
int IOTA_ConfigSetUint(int item, unsigned int value);
int IOTA_PropertiesReport(Service *services, int count, int compress, void *context);
int IOTA_MessageReport(char *device, char *name, char *id, char *content, char *topic, int compress, void *context);
int IOTA_CommandResponse(char *id, int result, char *name, char *response, void *context);
void IOTA_SetPrintLogCallback(void (*callback)(int level, char *format, va_list arguments));
void IOTA_SetProtocolCallback(int item, void (*callback)(Outcome *outcome));
void IOTA_SetCmdCallback(void (*callback)(Command *command));
void IOTA_SetMessageCallback(void (*callback)(Message *message, void *mqttv5));
void SubscribeAll(void);
void PrintfLog(int level, char *format, ...);
char *GetEventTimesStamp(void);
char *CombineStrings(int count, const char *first, ...);

static volatile int connected, published, commands, messages;

static void Log(int level, char *format, va_list arguments)
{
    (void)level;
    vprintf(format, arguments);
    fflush(stdout);
}

static void Connected(Outcome *outcome)
{
    (void)outcome;
    connected = 1;
}

static void Published(Outcome *outcome)
{
    if (outcome->info->context == (void *)&published && outcome->info->code == 0) {
        published++;
    }
}

static void OnCommand(Command *command)
{
    printf("\ncommand %s %s\n", command->service_id, command->command_name);
    IOTA_CommandResponse(command->request_id, 0, "done", "{\"swapped\":true}", NULL);
    commands++;
}

static void OnMessage(Message *message, void *mqttv5)
{
    printf("\nmessage %s%s\n", message->content, mqttv5 == NULL ? "" : " with MQTT 5");
    messages++;
}

static int Until(volatile int *counter, int wanted)
{
    int i;
    for (i = 0; i < 3000 && *counter < wanted; i++) {
        usleep(10 * 1000);
    }
    return *counter >= wanted ? 0 : -1;
}

int main(int argc, char **argv)
{
    Service service = {"lamp", NULL, "{\"swapped\":1}"};
    char *text;
    int result;

    if (argc != 4 || IOTA_Init(".") == 77) {
        return 77;
    }
    IOTA_SetPrintLogCallback(Log);
    IOTA_ConfigSetStr(2, argv[1]);
    IOTA_ConfigSetStr(3, argv[2]);
    IOTA_ConfigSetStr(0, argv[3]);
    IOTA_ConfigSetStr(1, getenv("DEVICE_SECRET"));
    IOTA_ConfigSetUint(4, 0);
    IOTA_SetProtocolCallback(0, Connected);
    IOTA_SetProtocolCallback(5, Published);
    IOTA_SetCmdCallback(OnCommand);
    IOTA_SetMessageCallback(OnMessage);
    PrintfLog(DEBUG, "level of then %s\n", "DEBUG");
    PrintfLog(ERROR, "level of then %s\n", "ERROR");
    if (IOTA_Connect() != 0 || Until(&connected, 1) != 0) {
        return 1;
    }
    SubscribeAll();
    service.event_time = GetEventTimesStamp();
    text = CombineStrings(3, "hello ", "as it was ", "compiled");
    result = IOTA_PropertiesReport(&service, 1, 0, (void *)&published);
    result += IOTA_MessageReport(NULL, "data", "1", text, NULL, 0, (void *)&published);
    free(service.event_time);
    free(text);
    if (result != 0 || Until(&published, 2) != 0) {
        return 1;
    }
    printf("\nready\n");
    fflush(stdout);
    result = Until(&commands, 1) + Until(&messages, 1);
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("\n%s\n", result == 0 ? "done" : "failed");
    return result == 0 ? 0 : 1;
}
