/*
 * A program whose process has another cJSON: whose functions it gets is the linker's rule, and what the library prints and
 * parses for itself never depends on it. Compiled in parts: OWN_CJSON is the other cJSON, MAIN the program, which expects
 * the other cJSON when EXPECT_OWN is 1.
 */
#include "iota_datatrans.h"
#include "json_util.h"
#include "util_check.h"

#ifdef OWN_CJSON
static char g_own[] = "own";
int g_ownDeleted;

cJSON *cJSON_Parse(const char *value)
{
    cJSON *item = calloc(1, sizeof(*item));

    (void)value;
    item->type = cJSON_String;
    item->valuestring = strdup("own");
    return item;
}

char *cJSON_Print(const cJSON *item)
{
    (void)item;
    return strdup(g_own);
}

void cJSON_Delete(cJSON *item)
{
    g_ownDeleted++;
    free(item->valuestring);
    free(item);
}

void *cJSON_malloc(size_t size)
{
    (void)size;
    return NULL;
}
#endif

#ifdef MAIN
#if EXPECT_OWN
extern int g_ownDeleted;
#endif

int main(void)
{
    cJSON *item = cJSON_Parse("[1,-0]");
    char *text = cJSON_Print(item);
    JSON *tree;

    TEXT(text, EXPECT_OWN ? "own" : "[1, 0]");
    free(text);
    cJSON_Delete(item);
    NUMBER(IOTA_SubDeviceScanReport(cJSON_Parse("[]"), NULL), -1);
#if EXPECT_OWN
    NUMBER(g_ownDeleted, 2); /* whoever made the tree deletes it */
#endif

    tree = JSON_Parse("{\"a\":[1.5]}");
    OWNED(JSON_Print(tree), "{\n\t\"a\":\t[1.5]\n}");
    JSON_AddNumberToObject(tree, "b", 2);
    NUMBER(JSON_GetArraySize(tree), 2);
    JSON_Delete(tree);
    return Finish();
}
#endif
