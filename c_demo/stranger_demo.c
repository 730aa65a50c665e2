/*
 * A device that wants to connect to a soft bus group without the group's key: it knows the master's address and claims to be a
 * member, as an attacker on the same LAN could. The near-field link must refuse it.
 *
 *   stranger_demo MASTER_IP CLAIMED_DEVICE_ID
 *
 * Status 0 when the master refused the key.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "dconncaseone_interface.h"
#include "soft_bus_init.h"

static char *g_claimed;
static char g_guess[] = "0123456789abcdef";

static void OnResult(const char *deviceId, uint32_t result)
{
    printf("stranger: sending to %s ended with 0x%04x\n", deviceId, (unsigned)result);
}

static void OnData(const char *deviceId, const char *data, uint32_t length)
{
    printf("stranger: RECEIVED %u bytes from %s: %s\n", (unsigned)length, deviceId, data);
}

static bool AnyAddress(const char *ip)
{
    (void)ip;
    return true;
}

static bool AnyDevice(const char *deviceId)
{
    (void)deviceId;
    return true;
}

static char *GuessedKey(const char *deviceId)
{
    (void)deviceId;
    return g_guess;
}

static char *ClaimedId(void)
{
    return g_claimed;
}

int main(int argc, char **argv)
{
    const CallbackParam callbacks = {OnResult, OnData, AnyAddress, AnyDevice, GuessedKey, ClaimedId};
    char errorIp[64] = "";
    unsigned code;

    if (argc != 3) {
        fprintf(stderr, "usage: %s MASTER_IP CLAIMED_DEVICE_ID\n", argv[0]);
        return 2;
    }
    g_claimed = argv[2];
    RegisterCallback(&callbacks);
    code = (unsigned)InitClientKit(argv[1], errorIp);
    printf("stranger: connecting to %s as %s with a guessed key: code 0x%04x%s\n", argv[1], g_claimed, code,
           code == DC_ERR_AUTH_FAILED ? " (authentication failed)" : "");
    DestroyKit();
    return code == DC_ERR_AUTH_FAILED ? 0 : 1;
}
