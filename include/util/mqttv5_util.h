/* Generated from src/util/mqttv5_util.rs; do not edit. */
/** Properties of MQTT 5 messages. */
#ifndef MQTTV5_UTIL_H
#define MQTTV5_UTIL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOPIC_ALIAS_MAX 20

/** A user property, and those after it. */
typedef struct MQTTV5_USER_PRO {
    char *key;
    char *Value;
    /** The next MQTTV5_USER_PRO, or NULL. */
    void *nex;
} MQTTV5_USER_PRO;

/** Properties of an MQTT 5 message; NULL members are absent. */
typedef struct MQTTV5_DATA {
    /** List of user properties. */
    MQTTV5_USER_PRO *properties;
    char *contnt_type;
    char *response_topic;
    char *correlation_data;
    /** 0 and 0xFFFFFFFF: none. */
    unsigned int topic_alias;
} MQTTV5_DATA;

#ifdef MQTTV5

/**
 * Frees each node of the list (from `malloc`), not its `key` and `Value`; NULL is an empty list. A
 * list that a callback got is the library's: the call leaves it alone, however often it is made
 * while the callback runs.
 */
void mqttV5_listFree(MQTTV5_USER_PRO *mqttData);

/** A MQTTV5_DATA without properties. */
#define mqttv5_initializer {NULL, NULL, NULL, NULL, (unsigned int)-1}

#endif /* MQTTV5 */

#ifdef __cplusplus
}
#endif

#endif /* MQTTV5_UTIL_H */
