/**
 * For programs that were written for an older release of the C SDK: include it after the headers that the program includes, or
 * compile with `-include iota_compat.h`. The sources stay as they are.
 *
 * `IOTA_COMPAT` says for which release: 0x0005, 0x0008 and 0x0009 for 0.5 to 0.9, 0x0100 for 1.0, 0x0101 for 1.1, 0x0102 for 1.2.
 * Without it each call means what its arguments say, which suffices but for what is marked "with IOTA_COMPAT" below.
 *
 * What works again, by release:
 *
 * - 0.5 to 0.9: reports and answers without `context` and `compressFlag`; IOTA_SetCallback, IOTA_SetCallbackWithTopic; StrMemSet, ConstStringLength; SubsribeTopic. With IOTA_COMPAT also pointers to these functions, and structures that are written in the call
 * - before 0.5: IOTA_Auth, IOTA_Login, IOTA_Logout; with the headers LogUtil.h, JsonUtil.h and StringUtil.h, which need not be asked for
 * - 1.0, 1.1: IOTA_Bootstrap(); IOTA_ReportDeviceLog with a size, as 1.0.2 and 1.1.1 had it; message callbacks without the MQTT 5 argument
 * - 1.1, 1.2.0: InitServerKit and InitClientKit with the address alone. With IOTA_COMPAT 0x0101 releaseSoftBusCache and mqttV5_listFree have the results that they had
 * - all: calls of functions whose header the program did not include; the environment variables IOTDA_MQTTC_ADDRESS, IOTDA_MQTTC_PORT, IOTDA_MQTTC_DEVICEID and IOTDA_MQTTC_PASSWOROD for programs that configure by IOTA_ConfigSetStr (EN_IOTA_CFG_EXT_ENVIRONMENT)
 *
 * For C99 and newer, and C++. What changed besides the calls is in docs/migrating.md.
 */
#ifndef IOTA_COMPAT_H
#define IOTA_COMPAT_H

#include <stddef.h>
#include "hw_type.h"
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_defaultCallback.h"
#include "iota_error_type.h"
#include "iota_init.h"
#include "iota_login.h"
#include "soft_bus_init.h"
#include "subscribe.h"
#if defined(IOTA_COMPAT) && IOTA_COMPAT == 0x0101
#include "soft_bus_datatrans.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What IOTA_SetCallback and IOTA_SetCallbackWithTopic set besides EN_IOTA_CALLBACK_SETTING. */
#define EN_IOTA_CALLBACK_MESSAGE_DOWN 9
#define EN_IOTA_CALLBACK_COMMAND_REQUEST 10
#define EN_IOTA_CALLBACK_PROPERTIES_SET 11
#define EN_IOTA_CALLBACK_PROPERTIES_GET 12
#define EN_IOTA_CALLBACK_EVENT_DOWN 14
#define EN_IOTA_CALLBACK_USER_TOPIC 16
#define EN_IOTA_CALLBACK_DEVICE_SHADOW 17

/** See `IOTA_SetCallbackWithTopic`. */
typedef void (*PFN_CALLBACK_HANDLER_WITH_TOPIC)(HW_VOID *context,
                                                HW_INT messageId,
                                                HW_INT code,
                                                HW_CHAR *message,
                                                HW_CHAR *last);

/**
 * Registers a callback of 0.5 to 0.9. A program that has one is subscribed to everything, as by `SubscribeAll`, before its
 * callback for EN_IOTA_CALLBACK_CONNECT_SUCCESS runs.
 *
 * - `iItem`: EN_IOTA_CALLBACK_SETTING (0 to 8), EN_IOTA_CALLBACK_MESSAGE_DOWN or EN_IOTA_CALLBACK_EVENT_DOWN; any other is
 *   logged and ignored.
 * - `pfnCallbackHandler`: NULL switches it off. It gets `context`, `messageId`, `code` as EN_IOTA_MQTT_MSG_INFO has them; and
 *   as `message` for 0 to 8 a text or NULL, for the others the whole payload as text, valid during the call.
 *
 * Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the library's callback thread, before
 * a callback of a newer kind for the same message; may call every function, block and destroy the SDK.
 */
void IOTA_SetCallback(HW_INT iItem, PFN_CALLBACK_HANDLER pfnCallbackHandler);

/**
 * Registers a callback of 0.5 to 0.9 that gets something of the topic too; see `IOTA_SetCallback`.
 *
 * - `iItem`: EN_IOTA_CALLBACK_COMMAND_REQUEST, EN_IOTA_CALLBACK_PROPERTIES_SET, EN_IOTA_CALLBACK_PROPERTIES_GET,
 *   EN_IOTA_CALLBACK_DEVICE_SHADOW: `last` is the request id, for the answer; EN_IOTA_CALLBACK_USER_TOPIC: `last` is what
 *   follows `user/` in the topic. Any other is logged and ignored.
 * - `pfnCallbackHandler`: NULL switches it off. `message` is the whole payload as text, valid during the call like `last`.
 */
void IOTA_SetCallbackWithTopic(HW_INT iItem, PFN_CALLBACK_HANDLER_WITH_TOPIC pfnCallbackHandler);

#if !defined(IOTA_COMPAT) || IOTA_COMPAT < 0x0100
/* Names of before 0.5. */

static inline HW_INT IOTA_Auth(void)
{
    return IOTA_Connect();
}

static inline HW_INT IOTA_Login(void)
{
    return IOTA_Connect();
}

static inline HW_INT IOTA_Logout(void)
{
    return IOTA_DisConnect();
}
#endif

#if !defined(IOTA_COMPAT) || IOTA_COMPAT < 0x0102
/* Names that string_util.h had until 1.1. */

static inline size_t ConstStringLength(const char *text)
{
    return text == NULL ? 0 : __builtin_strlen(text);
}

static inline void *StrMemSet(void *block, int value, size_t size)
{
    return __builtin_memset(block, value, size);
}
#endif

/** IOTA_Init for a program with this header: the environment overrides what it configures. */
static inline HW_INT IOTA_InitCompat(HW_CHAR *workPath)
{
    HW_INT result = IOTA_Init(workPath);
    if (result == 0) {
        /* The number; what follows it tells tools/check-program. */
        static char on[] = "1 iota_compat.h";
        (void)IOTA_ConfigSetStr(EN_IOTA_CFG_EXT_ENVIRONMENT, on);
    }
    return result;
}
#undef IOTA_Init
#define IOTA_Init IOTA_InitCompat

#ifdef __cplusplus
} /* extern "C" */
extern "C++" {
/* An overload. */
#define IOTA_COMPAT_CALL(name, parameters, arguments) \
    inline HW_INT name parameters \
    { \
        return name arguments; \
    }
#else
/* A function with the name NAME_Older. */
#define IOTA_COMPAT_CALL(name, parameters, arguments) \
    static inline HW_INT name##_Older parameters \
    { \
        return name arguments; \
    }
#endif

/* 0.5 to 0.9: without compressFlag and context. */
IOTA_COMPAT_CALL(IOTA_BatchPropertiesReport,
                 (ST_IOTA_DEVICE_DATA_INFO *devices, HW_INT count, HW_INT *services),
                 (devices, count, services, 0, NULL))
IOTA_COMPAT_CALL(IOTA_CommandResponse,
                 (HW_CHAR *id, HW_INT result, HW_CHAR *name, HW_CHAR *response),
                 (id, result, name, response, NULL))
IOTA_COMPAT_CALL(IOTA_GetDeviceShadow, (HW_CHAR *id, HW_CHAR *device, HW_CHAR *service),
                 (id, device, service, NULL))
IOTA_COMPAT_CALL(IOTA_MessageReport,
                 (HW_CHAR *device, HW_CHAR *name, HW_CHAR *id, HW_CHAR *content, HW_CHAR *topic),
                 (device, name, id, content, topic, 0, NULL))
IOTA_COMPAT_CALL(IOTA_OTAStatusReport, (ST_IOTA_UPGRADE_STATUS_INFO status), (status, NULL))
IOTA_COMPAT_CALL(IOTA_OTAVersionReport, (ST_IOTA_OTA_VERSION_INFO version), (version, NULL))
IOTA_COMPAT_CALL(IOTA_PropertiesGetResponse,
                 (HW_CHAR *id, ST_IOTA_SERVICE_DATA_INFO *services, HW_INT count),
                 (id, services, count, NULL))
IOTA_COMPAT_CALL(IOTA_PropertiesReport, (ST_IOTA_SERVICE_DATA_INFO *services, HW_INT count),
                 (services, count, 0, NULL))
IOTA_COMPAT_CALL(IOTA_PropertiesSetResponse, (HW_CHAR *id, HW_INT result, HW_CHAR *text),
                 (id, result, text, NULL))
IOTA_COMPAT_CALL(IOTA_ReportSubDeviceInfo, (HW_CHAR *payload), (payload, NULL))
IOTA_COMPAT_CALL(IOTA_SubDeviceProductGetReport, (cJSON *products), (products, NULL))
IOTA_COMPAT_CALL(IOTA_SubDeviceScanReport, (cJSON *devices), (devices, NULL))
IOTA_COMPAT_CALL(IOTA_SubDeviceVersionReport, (HW_CHAR *version), (version, NULL))
IOTA_COMPAT_CALL(IOTA_UpdateSubDeviceStatus, (ST_IOTA_DEVICE_STATUSES *statuses, HW_INT count),
                 (statuses, count, NULL))

#ifdef __cplusplus
inline HW_INT IOTA_ReportDeviceLog(HW_CHAR *type, HW_CHAR *content, size_t, HW_CHAR *time,
        void *context)
{
    return IOTA_ReportDeviceLog(type, content, time, context);
}

inline HW_INT IOTA_Bootstrap()
{
    return IOTA_Bootstrap(NULL);
}

inline void IOTA_SetProtocolCallback(HW_INT item, PFN_PROTOCOL_CALLBACK_HANDLER handler)
{
    IOTA_SetProtocolCallback(static_cast<EN_IOTA_CALLBACK_SETTING>(item), handler);
}

inline int InitServerKit(char *address)
{
    return InitServerKit(address, NULL);
}

inline int InitClientKit(char *addresses)
{
    return InitClientKit(addresses, NULL);
}

inline int SubsribeTopic(char *topic, int qos = 0)
{
    return SubscribeCustomTopic(topic, qos);
}

/* Templates, so that NULL is no match. A caller may leave arguments over on every system. */
template <class Result>
inline void IOTA_SetMessageCallback(Result (*handler)(EN_IOTA_MESSAGE *))
{
    IOTA_SetMessageCallback(
        reinterpret_cast<PFN_MESSAGE_CALLBACK_HANDLER>(reinterpret_cast<void (*)()>(handler)));
}

template <class Result>
inline void IOTA_SetRawMessageCallback(Result (*handler)(EN_IOTA_RAW_MESSAGE *))
{
    IOTA_SetRawMessageCallback(
        reinterpret_cast<PFN_RAW_MESSAGE_CALLBACK_HANDLER>(reinterpret_cast<void (*)()>(handler)));
}

template <class Result>
inline void IOTA_SetDeviceConfigCallback(Result (*handler)(JSON *))
{
    IOTA_SetDeviceConfigCallback(
        reinterpret_cast<PFN_DEVICE_CONFIG_CALLBACK_HANDLER>(
            reinterpret_cast<void (*)()>(handler)));
}
} /* extern "C++" */
#else /* C */

/* 1.0.2 and 1.1.1: with the size of the content, which is a C string all the same. */
static inline HW_INT IOTA_ReportDeviceLog_Older(HW_CHAR *type, HW_CHAR *content, size_t size,
        HW_CHAR *time, void *context)
{
    (void)size;
    return IOTA_ReportDeviceLog(type, content, time, context);
}

static inline HW_INT IOTA_Bootstrap_Any(HW_CHAR *const *keyword, HW_INT given)
{
    return IOTA_Bootstrap(given ? keyword[1] : NULL);
}

static inline int InitServerKit_Older(char *address)
{
    return InitServerKit(address, NULL);
}

static inline int InitClientKit_Older(char *addresses)
{
    return InitClientKit(addresses, NULL);
}

static inline int SubsribeTopic_Older(char *topic)
{
    return SubscribeCustomTopic(topic, 0);
}

#if defined(IOTA_COMPAT) && IOTA_COMPAT < 0x0100
#define IOTA_BatchPropertiesReport IOTA_BatchPropertiesReport_Older
#define IOTA_CommandResponse IOTA_CommandResponse_Older
#define IOTA_GetDeviceShadow IOTA_GetDeviceShadow_Older
#define IOTA_MessageReport IOTA_MessageReport_Older
#define IOTA_OTAStatusReport IOTA_OTAStatusReport_Older
#define IOTA_OTAVersionReport IOTA_OTAVersionReport_Older
#define IOTA_PropertiesGetResponse IOTA_PropertiesGetResponse_Older
#define IOTA_PropertiesReport IOTA_PropertiesReport_Older
#define IOTA_PropertiesSetResponse IOTA_PropertiesSetResponse_Older
#define IOTA_ReportSubDeviceInfo IOTA_ReportSubDeviceInfo_Older
#define IOTA_SubDeviceProductGetReport IOTA_SubDeviceProductGetReport_Older
#define IOTA_SubDeviceScanReport IOTA_SubDeviceScanReport_Older
#define IOTA_SubDeviceVersionReport IOTA_SubDeviceVersionReport_Older
#define IOTA_UpdateSubDeviceStatus IOTA_UpdateSubDeviceStatus_Older
#else
/* NAME_Older for as many arguments as that takes, else NAME. */
#define IOTA_COMPAT_PICK(a, b, c, d, e, f, g, picked, ...) picked
#define IOTA_COMPAT_OLDER_1(name, ...) \
    IOTA_COMPAT_PICK(__VA_ARGS__, name, name, name, name, name, name, name##_Older, 0)(__VA_ARGS__)
#define IOTA_COMPAT_OLDER_2(name, ...) \
    IOTA_COMPAT_PICK(__VA_ARGS__, name, name, name, name, name, name##_Older, name, 0)(__VA_ARGS__)
#define IOTA_COMPAT_OLDER_3(name, ...) \
    IOTA_COMPAT_PICK(__VA_ARGS__, name, name, name, name, name##_Older, name, name, 0)(__VA_ARGS__)
#define IOTA_COMPAT_OLDER_4(name, ...) \
    IOTA_COMPAT_PICK(__VA_ARGS__, name, name, name, name##_Older, name, name, name, 0)(__VA_ARGS__)
#define IOTA_COMPAT_OLDER_5(name, ...) \
    IOTA_COMPAT_PICK(__VA_ARGS__, name, name, name##_Older, name, name, name, name, 0)(__VA_ARGS__)
#define IOTA_BatchPropertiesReport(...) IOTA_COMPAT_OLDER_3(IOTA_BatchPropertiesReport, __VA_ARGS__)
#define IOTA_CommandResponse(...) IOTA_COMPAT_OLDER_4(IOTA_CommandResponse, __VA_ARGS__)
#define IOTA_GetDeviceShadow(...) IOTA_COMPAT_OLDER_3(IOTA_GetDeviceShadow, __VA_ARGS__)
#define IOTA_MessageReport(...) IOTA_COMPAT_OLDER_5(IOTA_MessageReport, __VA_ARGS__)
#define IOTA_OTAStatusReport(...) IOTA_COMPAT_OLDER_1(IOTA_OTAStatusReport, __VA_ARGS__)
#define IOTA_OTAVersionReport(...) IOTA_COMPAT_OLDER_1(IOTA_OTAVersionReport, __VA_ARGS__)
#define IOTA_PropertiesGetResponse(...) IOTA_COMPAT_OLDER_3(IOTA_PropertiesGetResponse, __VA_ARGS__)
#define IOTA_PropertiesReport(...) IOTA_COMPAT_OLDER_2(IOTA_PropertiesReport, __VA_ARGS__)
#define IOTA_PropertiesSetResponse(...) IOTA_COMPAT_OLDER_3(IOTA_PropertiesSetResponse, __VA_ARGS__)
#define IOTA_ReportSubDeviceInfo(...) IOTA_COMPAT_OLDER_1(IOTA_ReportSubDeviceInfo, __VA_ARGS__)
#define IOTA_SubDeviceProductGetReport(...) \
    IOTA_COMPAT_OLDER_1(IOTA_SubDeviceProductGetReport, __VA_ARGS__)
#define IOTA_SubDeviceScanReport(...) IOTA_COMPAT_OLDER_1(IOTA_SubDeviceScanReport, __VA_ARGS__)
#define IOTA_SubDeviceVersionReport(...) \
    IOTA_COMPAT_OLDER_1(IOTA_SubDeviceVersionReport, __VA_ARGS__)
#define IOTA_UpdateSubDeviceStatus(...) IOTA_COMPAT_OLDER_2(IOTA_UpdateSubDeviceStatus, __VA_ARGS__)
#endif

/* Whatever the release, by the number of arguments. */
#define IOTA_COMPAT_PICK_5(a, b, c, d, e, picked, ...) picked
#define IOTA_ReportDeviceLog(...) \
    IOTA_COMPAT_PICK_5(__VA_ARGS__, IOTA_ReportDeviceLog_Older, IOTA_ReportDeviceLog, \
            IOTA_ReportDeviceLog, \
                       IOTA_ReportDeviceLog, IOTA_ReportDeviceLog, 0)(__VA_ARGS__)
#define IOTA_COMPAT_PICK_2(a, b, picked, ...) picked
#define InitServerKit(...) \
    IOTA_COMPAT_PICK_2(__VA_ARGS__, InitServerKit, InitServerKit_Older, 0)(__VA_ARGS__)
#define InitClientKit(...) \
    IOTA_COMPAT_PICK_2(__VA_ARGS__, InitClientKit, InitClientKit_Older, 0)(__VA_ARGS__)
#define SubsribeTopic(...) \
    IOTA_COMPAT_PICK_2(__VA_ARGS__, SubscribeCustomTopic, SubsribeTopic_Older, 0)(__VA_ARGS__)
#define IOTA_Bootstrap(...) \
    IOTA_Bootstrap_Any((HW_CHAR *[]){NULL, __VA_ARGS__}, sizeof(#__VA_ARGS__) > 1)

#if defined(__clang__) || __GNUC__ >= 5 || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
/* By the type of the callback: an older one takes the message alone. A caller may leave
   arguments over on every system there is. */
#define IOTA_COMPAT_HANDLER(older, newer, handler) \
    __extension__ _Generic((handler), older: (newer)(void (*)(void))(handler), default: (handler))
#define IOTA_SetMessageCallback(handler) \
    IOTA_SetMessageCallback( \
        IOTA_COMPAT_HANDLER(void (*)(EN_IOTA_MESSAGE *), PFN_MESSAGE_CALLBACK_HANDLER, handler))
#define IOTA_SetRawMessageCallback(handler) \
    IOTA_SetRawMessageCallback( \
        IOTA_COMPAT_HANDLER(void (*)(EN_IOTA_RAW_MESSAGE *), PFN_RAW_MESSAGE_CALLBACK_HANDLER, \
            handler))
#define IOTA_SetDeviceConfigCallback(handler) \
    IOTA_SetDeviceConfigCallback( \
        IOTA_COMPAT_HANDLER(int (*)(JSON *), PFN_DEVICE_CONFIG_CALLBACK_HANDLER, handler))

/* A text where a number belongs, as the demo programs have it for
   EN_IOTA_CFG_PRIVATE_KEY_PASSWORD. */
#define IOTA_ConfigSetUint(item, value) \
    __extension__ _Generic((value), char *: IOTA_ConfigSetStr, \
        const char *: IOTA_ConfigSetStr, default: IOTA_ConfigSetUint)(item, value)
#endif

#endif /* C */

#if defined(IOTA_COMPAT) && IOTA_COMPAT == 0x0101
static inline char *releaseSoftBusCache_1_1(void)
{
    (void)releaseSoftBusCache();
    return NULL;
}
#define releaseSoftBusCache releaseSoftBusCache_1_1

#ifdef MQTTV5
static inline int mqttV5_listFree_1_1(MQTTV5_USER_PRO *list)
{
    mqttV5_listFree(list);
    return 0;
}
#define mqttV5_listFree mqttV5_listFree_1_1
#endif
#endif

#endif /* IOTA_COMPAT_H */
