/* One login, and whether it ends as the test expects: its code, its message and what the log says. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS EN_IOTA_CALLBACK_CONNECT_SUCCESS
#define FAILURE EN_IOTA_CALLBACK_CONNECT_FAILURE

static void Expect(void)
{
    char *message = Option("message", "TCP/TLS connect failure");
    char *words = Option("log", "");
    bool success = strcmp(Option("expect", "success"), "success") == 0;

    CHECK_SOON(Count(SUCCESS) + Count(FAILURE) == 1, 40000);
    CHECK_INT(Count(success ? SUCCESS : FAILURE), 1);
    CHECK_INT(IOTA_IsConnected(), success ? 1 : 0);
    if (!success) {
        CHECK_INT(LastCode(FAILURE), atoi(Option("code", "-1")));
        CHECK(LastMessageIs(FAILURE, message));
    }
    /* words separated by '|': each must be in the log */
    for (char *word = strtok(words, "|"); word != NULL; word = strtok(NULL, "|")) {
        Check(LogHas(word), __FILE__, __LINE__, "the log says \"%s\"", word);
    }
}

int main(int argc, char **argv)
{
    char *mode;

    Start(argc, argv);
    mode = Option("mode", "secret");
    RecordProtocol();
    CHECK_INT(InitAndConfigure(), 0);
    if (strcmp(mode, "cert") == 0) {
        CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_CERT), 0);
        CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_PRIVATE_KEY_PASSWORD, Option("key-password", "")), 0);
    }
    CHECK_INT(IOTA_Connect(), 0);
    Expect();
    CHECK_INT(IOTA_Destroy(), 0);
    return Finish();
}
