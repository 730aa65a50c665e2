/* third_party/cjson/cJSON.h and util/json_util.h: formats, ownership, hooks, limits, and trees made by other code. */
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>

#include "json_util.h"
#include "util_check.h"

#define PRINTED(item, expected) OWNED(cJSON_PrintUnformatted(item), (expected))

static void Parsing(void)
{
    const char *end = "untouched";
    const char *text = "{\"a\":1} x";
    char *exact = malloc(5);
    cJSON *item;

    item = cJSON_ParseWithOpts(text, &end, 0);
    OK(end == text + 7 && cJSON_GetErrorPtr() == NULL);
    cJSON_Delete(item);
    OK(cJSON_ParseWithOpts(text, &end, 1) == NULL);
    OK(end == text + 8 && cJSON_GetErrorPtr() == end);
    end = "untouched";
    OK(cJSON_ParseWithOpts(NULL, &end, 0) == NULL);
    TEXT(end, "untouched");
    item = cJSON_ParseWithOpts("[1] \n", &end, 1);
    OK(item != NULL && *end == '\0');
    cJSON_Delete(item);

    memcpy(exact, "[1,2]", 5); /* nothing behind it may be read */
    item = cJSON_ParseWithLength(exact, 5);
    PRINTED(item, "[1,2]");
    cJSON_Delete(item);
    OK(cJSON_ParseWithLength(exact, 4) == NULL);
    OK(cJSON_ParseWithLength(exact, 0) == NULL);
    OK(cJSON_ParseWithLengthOpts(exact, 5, &end, 1) == NULL);
    memcpy(exact, "-12\\", 4);
    item = cJSON_ParseWithLength(exact, 3);
    NUMBER(item->valueint, -12);
    cJSON_Delete(item);
    memcpy(exact, "\"ab\\u", 5);
    OK(cJSON_ParseWithLength(exact, 5) == NULL);
    memcpy(exact, "tru", 3);
    OK(cJSON_ParseWithLength(exact, 3) == NULL);
    free(exact);
    OK(cJSON_Parse("") == NULL && cJSON_Parse(NULL) == NULL && cJSON_Parse("[1e]") == NULL);
    item = cJSON_Parse("\xef\xbb\xbf[\"\\ud83d\\ude00\\u00e9\",01,1.]");
    PRINTED(item, "[\"\xf0\x9f\x98\x80\xc3\xa9\",1,1]");
    cJSON_Delete(item);
}

static void Nesting(void)
{
    enum { DEEP = 1000, FAR = 300000 };
    char *text = malloc(2 * (DEEP + 1) + 1);
    cJSON *item;
    cJSON *root;
    int depth;

    for (depth = DEEP; depth <= DEEP + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        item = cJSON_Parse(text);
        OK((item != NULL) == (depth == DEEP));
        cJSON_Delete(item);
    }
    free(text);

    root = cJSON_CreateArray();
    for (depth = 0; depth < FAR; depth++) {
        item = cJSON_CreateArray();
        cJSON_AddItemToArray(item, root);
        root = item;
    }
    text = cJSON_PrintUnformatted(root);
    NUMBER(strlen(text), 2 * (FAR + 1));
    free(text);
    text = cJSON_Print(root);
    NUMBER(strlen(text), 2 * (FAR + 1));
    free(text);
    item = cJSON_Duplicate(root, 1);
    NUMBER(cJSON_Compare(root, item, 1), 1);
    cJSON_Delete(item);
    cJSON_Delete(root);
}

static void Printing(void)
{
    static const struct { double value; const char *text; } numbers[] = {
        {0.1, "0.1"}, {1.0 / 3, "0.33333333333333331"}, {2.25, "2.25"}, {-0.0, "0"}, {1e15, "1e+15"}, {1e-5, "1e-05"},
        {9007199254740992.0, "9.00719925474099e+15"}, {1700000000000.5, "1700000000000.5"}, {5e-324, "4.94065645841247e-324"},
        {-123456.789, "-123456.789"}, {0.0001, "0.0001"}, {2147483648.0, "2147483648"},
    };
    cJSON *item;
    char buffer[64];
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        item = cJSON_CreateNumber(numbers[i].value);
        OWNED(cJSON_Print(item), numbers[i].text);
        cJSON_Delete(item);
    }
    item = cJSON_CreateNumber(NAN);
    OWNED(cJSON_Print(item), "null");
    cJSON_Delete(item);

    item = cJSON_Parse("{\"a\":[1.5,{}],\"b\":{\"c\":\"x/\\u0001\"}}");
    OWNED(cJSON_Print(item), "{\n\t\"a\":\t[1.5, {\n\t\t}],\n\t\"b\":\t{\n\t\t\"c\":\t\"x/\\u0001\"\n\t}\n}");
    PRINTED(item, "{\"a\":[1.5,{}],\"b\":{\"c\":\"x/\\u0001\"}}");
    OWNED(cJSON_PrintBuffered(item, 0, 0), "{\"a\":[1.5,{}],\"b\":{\"c\":\"x/\\u0001\"}}");
    OK(cJSON_PrintBuffered(item, -1, 0) == NULL);
    cJSON_Delete(item);

    item = cJSON_Parse("[1,2]");
    memset(buffer, 'x', sizeof(buffer));
    NUMBER(cJSON_PrintPreallocated(item, buffer, 11, 0), 1);
    TEXT(buffer, "[1,2]");
    OK(buffer[6] == 'x');
    NUMBER(cJSON_PrintPreallocated(item, buffer, 5, 0), 0);
    NUMBER(cJSON_PrintPreallocated(item, buffer, 0, 0), 0);
    NUMBER(cJSON_PrintPreallocated(item, buffer, -1, 0), 0);
    NUMBER(cJSON_PrintPreallocated(item, NULL, 11, 0), 0);
    NUMBER(cJSON_PrintPreallocated(NULL, buffer, 11, 0), 0);
    cJSON_Delete(item);
    OK(cJSON_Print(NULL) == NULL && cJSON_PrintUnformatted(NULL) == NULL);
}

static void Locale(void)
{
    cJSON *item = cJSON_Parse("[1.5,2]");

    OK(item != NULL);
    NUMBER(cJSON_GetArraySize(item), 2);
    OK(cJSON_GetArrayItem(item, 0)->valuedouble == 1.5);
    PRINTED(item, "[1.5,2]");
    cJSON_Delete(item);
    OK(cJSON_Parse("[1,5 2]") == NULL);
}

static void Editing(void)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *array = cJSON_CreateArray();
    cJSON *item;
    cJSON *other;
    char key[] = "const";

    OK(cJSON_AddNumberToObject(object, "n", 1) != NULL);
    OK(cJSON_AddStringToObject(object, "s", NULL) == NULL);
    OK(cJSON_AddRawToObject(object, NULL, "x") == NULL);
    item = cJSON_CreateTrue();
    NUMBER(cJSON_AddItemToObjectCS(object, key, item), 1);
    OK(item->string == key && (item->type & cJSON_StringIsConst) != 0);
    NUMBER(cJSON_AddItemToObject(object, "x", object), 0);
    NUMBER(cJSON_AddItemToObjectCS(object, NULL, array), 0);
    NUMBER(cJSON_AddItemToArray(array, array), 0);
    PRINTED(object, "{\"n\":1,\"const\":true}");

    other = cJSON_DetachItemFromObject(object, "CONST");
    OK(other == item && item->next == NULL && item->prev == NULL && item->string == key);
    NUMBER(cJSON_AddItemToObject(object, item->string, item), 1); /* the key becomes a copy */
    OK(item->string != key && (item->type & cJSON_StringIsConst) == 0);
    OK(cJSON_DetachItemViaPointer(array, item) == NULL);
    NUMBER(cJSON_ReplaceItemViaPointer(object, item, item), 1);
    NUMBER(cJSON_ReplaceItemViaPointer(array, item, object), 0);
    NUMBER(cJSON_ReplaceItemInObject(object, "CONST", cJSON_CreateString("y")), 1);
    PRINTED(object, "{\"n\":1,\"CONST\":\"y\"}");
    item = cJSON_GetObjectItem(object, "const");
    NUMBER(cJSON_ReplaceItemInObject(object, "nope", item), 0);

    item = cJSON_GetObjectItem(object, "const");
    TEXT(cJSON_SetValuestring(item, "a much longer text"), "a much longer text");
    TEXT(cJSON_SetValuestring(item, item->valuestring + 7), "longer text");
    OK(cJSON_SetValuestring(item, NULL) == NULL && cJSON_SetValuestring(NULL, "x") == NULL);
    TEXT(item->valuestring, "longer text");
    OK(cJSON_SetNumberHelper(NULL, 2.5) == 2.5);
    item = cJSON_GetObjectItem(object, "n");
    OK(cJSON_SetNumberValue(item, -5e9) == -5e9 && item->valueint == INT_MIN);
    cJSON_SetIntValue(item, 3);
    OK(item->valueint == 3 && item->valuedouble == 3.0);
    NUMBER(cJSON_SetBoolValue(item, 1), cJSON_Invalid);
    cJSON_Delete(object);

    NUMBER(cJSON_InsertItemInArray(array, 0, NULL), 0);
    NUMBER(cJSON_InsertItemInArray(array, 5, cJSON_CreateNumber(2)), 1);
    NUMBER(cJSON_InsertItemInArray(array, 0, cJSON_CreateNumber(1)), 1);
    NUMBER(cJSON_InsertItemInArray(array, 1, cJSON_CreateNull()), 1);
    item = cJSON_CreateFalse();
    NUMBER(cJSON_InsertItemInArray(array, -1, item), 0);
    NUMBER(cJSON_AddItemToArray(array, item), 1);
    NUMBER(cJSON_SetBoolValue(item, 1), cJSON_True);
    PRINTED(array, "[1,null,2,true]");
    OK(array->child->prev == item && item->next == NULL);
    cJSON_DeleteItemFromArray(array, 3);
    cJSON_DeleteItemFromArray(array, 0);
    cJSON_DeleteItemFromArray(array, 9);
    PRINTED(array, "[null,2]");
    OK(array->child->prev == array->child->next);
    NUMBER(cJSON_AddItemReferenceToArray(array, array->child->next), 1);
    PRINTED(array, "[null,2,2]");
    other = cJSON_Duplicate(array, 1);
    cJSON_Delete(array);
    PRINTED(other, "[null,2,2]");
    NUMBER(cJSON_GetArrayItem(other, 2)->type, cJSON_Number);
    cJSON_ArrayForEach(item, other) {
        OK(item->string == NULL);
    }
    cJSON_Delete(other);
    cJSON_Delete(NULL);
}

/* A tree whose memory comes from the program, as another copy of cJSON would build it. */
static cJSON *Foreign(int type, cJSON *child, const char *name, cJSON *next)
{
    cJSON *item = calloc(1, sizeof(*item));

    item->type = type;
    item->child = child;
    item->next = next;
    item->string = name == NULL ? NULL : strdup(name);
    return item;
}

static void ForeignTrees(void)
{
    cJSON *second = Foreign(cJSON_Array, NULL, "b", NULL);
    cJSON *first = Foreign(cJSON_True, NULL, "a", second);
    cJSON *root;

    second->prev = first;
    first->prev = second;
    root = Foreign(cJSON_Object, first, NULL, NULL);
    PRINTED(root, "{\"a\":true,\"b\":[]}");
    cJSON_AddNumberToObject(root, "c", 1);
    cJSON_DeleteItemFromObject(root, "b");
    PRINTED(root, "{\"a\":true,\"c\":1}");
    cJSON_Delete(root);
    cJSON_Delete(Foreign(cJSON_NULL, NULL, NULL, Foreign(cJSON_NULL, NULL, "x", NULL))); /* siblings go too */
}

static int g_live;
static int g_left;

static void *Hooked(size_t size)
{
    if (g_left == 0) {
        return NULL;
    }
    if (g_left > 0) {
        g_left--;
    }
    g_live++;
    return malloc(size);
}

static void Unhooked(void *memory)
{
    g_live--;
    free(memory);
}

static void Hooks(void)
{
    cJSON_Hooks hooks = {Hooked, Unhooked};
    cJSON *item;
    char *text;
    int fail;
    int failures = 0;

    cJSON_InitHooks(&hooks);
    g_left = -1;
    item = cJSON_Parse("{\"a\":[1,\"x\"],\"b\":null}");
    NUMBER(g_live, 5 + 3); /* items, two keys, a text */
    text = cJSON_Print(item);
    NUMBER(g_live, 9);
    cJSON_free(text);
    cJSON_free(cJSON_malloc(10));
    cJSON_Delete(item);
    NUMBER(g_live, 0);
    for (fail = 0; fail < 40; fail++) {
        g_left = fail;
        item = cJSON_Parse("{\"a\":[1,\"x\\n\"],\"b\":{\"c\":\"d\"}}");
        failures += item == NULL;
        cJSON_AddStringToObject(item, "e", "f");
        cJSON_AddItemReferenceToObject(item, "g", item == NULL ? NULL : item->child);
        cJSON_Delete(cJSON_Duplicate(item, 1));
        cJSON_free(cJSON_PrintUnformatted(item));
        cJSON_Delete(cJSON_CreateDoubleArray((double[]){1, 2, 3}, 3));
        cJSON_Delete(item);
        NUMBER(g_live, 0);
    }
    OK(failures > 5 && failures < 20);
    g_left = -1;
    cJSON_InitHooks(NULL);
    item = cJSON_CreateString("x");
    OWNED(cJSON_Print(item), "\"x\"");
    cJSON_Delete(item);
    NUMBER(g_live, 0);
}

static void Wrappers(void)
{
    static const int ints[] = {1, -2};
    static const float floats[] = {0.1f};
    const char *strings[] = {"a", NULL};
    JSON *object = JSON_CreateObject();
    JSON *array = JSON_CreateArray();
    JSON *loose = JSON_CreateObject();

    JSON_AddStringToObject(object, "s", "v");
    JSON_AddStringToObject(object, "s2", NULL);
    JSON_AddNumberToObject(object, "n", 1.9);
    JSON_AddBoolToObject(object, "t", 7);
    JSON_AddNumberToObject(NULL, "n", 1); /* nothing leaks */
    JSON_AddBoolToObject(object, NULL, 1);
    JSON_AddObjectToObject(object, NULL, loose);
    JSON_AddObjectToArray(NULL, loose);
    JSON_AddObjectToArray(array, loose);
    JSON_AddObjectToArray(array, NULL);
    JSON_AddObjectToObject(object, "a", array);
    JSON_AddObjectToObject(object, "o", object);
    PRINTED(object, "{\"s\":\"v\",\"n\":1.9,\"t\":true,\"a\":[{}]}");
    OWNED(JSON_Print(array), "[{\n\t}]");
    NUMBER(JSON_GetBoolFromObject(object, "T", 9), 1);
    NUMBER(JSON_GetIntFromObject(object, "t", 9), 0);
    NUMBER(JSON_GetBoolFromObject(object, "n", 9), 1);
    NUMBER(JSON_GetIntFromObject(object, "none", 9), 9);
    OK(JSON_GetDoubleFromObject(object, "n", 0.5) == 1.9 && JSON_GetDoubleFromObject(object, "s", 0.5) == 0.0);
    TEXT(JSON_GetStringFromObject(object, "n", "d"), NULL);
    TEXT(JSON_GetStringFromObject(object, "none", "d"), "d");
    OK(JSON_GetObjectFromArray(JSON_GetObjectFromObject(object, "a"), 0) == loose);
    OK(JSON_GetObjectFromArray(array, 1) == NULL && JSON_GetObjectFromArray(array, -1) == NULL);
    NUMBER(JSON_GetArraySize(object), 4);
    NUMBER(JSON_GetArraySize(NULL), 0);
    JSON_Delete(object);

    array = JSON_CreateIntArray(ints, 2);
    NUMBER(JSON_GetIntFromArray(array, 1, 0), -2);
    JSON_Delete(array);
    array = JSON_CreateFloatArray(floats, 1);
    OWNED(JSON_Print(array), "[0.10000000149011612]");
    JSON_Delete(array);
    OK(JSON_CreateStringArray(strings, 2) == NULL && JSON_CreateDoubleArray(NULL, 0) == NULL);
    array = JSON_CreateStringArray(strings, 1);
    TEXT(JSON_GetStringFromArray(array, 0, NULL), "a");
    JSON_Delete(array);
    array = JSON_Parse("[7,true,false]x");
    NUMBER(JSON_GetBoolFromArray(array, 0, 0), 7);
    NUMBER(JSON_GetBoolFromArray(array, 1, 0), 1);
    NUMBER(JSON_GetBoolFromArray(array, 2, 5), 0);
    NUMBER(JSON_GetBoolFromArray(array, 3, 5), 5);
    OK(JSON_GetDoubleFromArray(array, 0, 0) == 7.0);
    JSON_Delete(array);
    JSON_Delete(NULL);
    OK(JSON_Parse(NULL) == NULL && JSON_Parse("x") == NULL && JSON_Print(NULL) == NULL);
}

static void Others(void)
{
    cJSON *a = cJSON_Parse("{\"x\":1,\"Y\":[1,2]}");
    cJSON *b = cJSON_Parse("{\"y\":[1,2],\"x\":1.0}");
    char text[] = "{ \"a b\" : [ 1 , /* c */ \"x\\\\\" ] } // end";
    char open[] = "\"never closed \\";
    cJSON *r;

    TEXT(cJSON_Version(), "1.7.15");
    NUMBER(cJSON_Compare(a, b, 0), 1);
    NUMBER(cJSON_Compare(a, b, 1), 0);
    NUMBER(cJSON_Compare(a, NULL, 1), 0);
    NUMBER(cJSON_HasObjectItem(a, "y"), 1);
    OK(cJSON_GetObjectItemCaseSensitive(a, "y") == NULL);
    OK(cJSON_GetStringValue(a) == NULL && isnan(cJSON_GetNumberValue(a)) && isnan(cJSON_GetNumberValue(NULL)));
    OK(cJSON_IsObject(a) == 1 && cJSON_IsArray(a) == 0 && cJSON_IsInvalid(NULL) == 0);
    r = cJSON_CreateObjectReference(a->child);
    PRINTED(r, "{\"x\":1,\"Y\":[1,2]}");
    cJSON_Delete(r);
    r = cJSON_CreateStringReference("text");
    NUMBER(r->type, cJSON_String | cJSON_IsReference);
    OK(cJSON_SetValuestring(r, "x") == NULL);
    cJSON_Delete(r);
    PRINTED(a, "{\"x\":1,\"Y\":[1,2]}");
    cJSON_Delete(a);
    cJSON_Delete(b);
    cJSON_Minify(text);
    TEXT(text, "{\"a b\":[1,\"x\\\\\"]}");
    cJSON_Minify(open);
    TEXT(open, "\"never closed \\");
    cJSON_Minify(NULL);
}

static void *Parallel(void *wrong)
{
    int i;

    for (i = 0; i < 300; i++) {
        cJSON *item = cJSON_Parse("{\"k\":[1.25,\"\\u00e9\",{\"z\":null}]}");
        char *text = cJSON_PrintUnformatted(item);

        if (text == NULL || strcmp(text, "{\"k\":[1.25,\"\xc3\xa9\",{\"z\":null}]}") != 0) {
            __atomic_add_fetch((int *)wrong, 1, __ATOMIC_RELAXED);
        }
        free(text);
        cJSON_Delete(item);
    }
    return NULL;
}

static void Threads(void)
{
    pthread_t threads[4];
    int wrong = 0;
    int i;

    for (i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, Parallel, &wrong);
    }
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    NUMBER(wrong, 0);
}

int main(void)
{
    setlocale(LC_ALL, "");
    if (getenv("UTIL_DECIMAL_POINT") != NULL) {
        TEXT(localeconv()->decimal_point, getenv("UTIL_DECIMAL_POINT"));
    }
    Parsing();
    Nesting();
    Printing();
    Locale();
    Editing();
    ForeignTrees();
    Hooks();
    Wrappers();
    Others();
    Threads();
    return Finish();
}
