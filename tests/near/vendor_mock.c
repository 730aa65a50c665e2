/* A vendor's near-field library as far as forwarding can be tested: records what it is given and calls back from a thread of
 * its own. -DMISSING leaves one symbol out. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dconncaseone_interface.h"

#define EXPORT __attribute__((visibility("default")))

static CallbackParam program;
static int closed, unregistered;

EXPORT void RegisterCallback(const CallbackParam *callback)
{
    program = *callback;
}

EXPORT uint32_t DConnSendData(const char *target, const char *data, uint32_t length);

EXPORT uint32_t InitDConnCaseOne(uint32_t type, const char *list, char *errorIp)
{
    char text[64] = {0};

    if (errorIp != NULL) {
        snprintf(text, sizeof(text), "%s", "a very long text that is no address at all, really");
        memcpy(errorIp, text, sizeof(text)); /* all 64 bytes, as the stub does */
    }
    if (list == NULL) {
        return DC_ERR_NULLPTR;
    }
    if (strcmp(list, "own") == 0) { /* through its own PLT: stays inside with RTLD_DEEPBIND */
        return DConnSendData("own", "x", 1);
    }
    if (strcmp(list, "loop") == 0) { /* reaches the replacement as a library without its own binding would */
        uint32_t (*send)(const char *, const char *, uint32_t);
        *(void **)&send = dlsym(dlopen("libHWMQTT.so", RTLD_NOW | RTLD_NOLOAD), "DConnSendData");
        return send("loop", "x", 1);
    }
    if (strcmp(list, "slow") == 0) {
        usleep(300000);
    }
    return type == INIT_SERVICE ? DC_SUCCESS : 0x1234u;
}

static void *call_back(void *target)
{
    program.sendDataResultCb(target, 7);
    program.onReceiveDataCb(target, "data", 4);
    return program.getAuthKey((const char *)target);
}

EXPORT uint32_t DConnSendData(const char *target, const char *data, uint32_t length)
{
    static char name[64];
    pthread_t thread;
    void *key;

    if (strcmp(target, "own") == 0) {
        return 0x55;
    }
    if (length != 3 || memcmp(data, "abc", 3) != 0) {
        return DC_ERROR;
    }
    snprintf(name, sizeof(name), "%s", target);
    pthread_create(&thread, NULL, call_back, name);
    pthread_join(thread, &key);
    return key == NULL ? 0x66 : DC_SUCCESS;
}

EXPORT void CloseDConnCaseOne(void)
{
    closed++;
}

EXPORT void UnRegisterCallback(void)
{
    unregistered++;
}

#ifndef MISSING
EXPORT const char *GetDConnVersion(void)
{
    static char text[64];
    snprintf(text, sizeof(text), "mock closed %d unregistered %d", closed, unregistered);
    return text;
}
#endif
