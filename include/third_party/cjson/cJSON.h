/* Generated from crates/c-library/src/third_party/cjson/cJSON.rs; do not edit. */
/**
 * cJSON 1.7.15. A tree may be used by one thread at a time; NULL is tolerated everywhere.
 * (docs/spec/helpers.md#cjson)
 */
#ifndef cJSON__h
#define cJSON__h

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(CJSON_API_VISIBILITY) && defined(__GNUC__)
#define CJSON_PUBLIC(type) __attribute__((visibility("default"))) type
#else
#define CJSON_PUBLIC(type) type
#endif

#define CJSON_VERSION_MAJOR 1
#define CJSON_VERSION_MINOR 7
#define CJSON_VERSION_PATCH 15
#define cJSON_Invalid (0)
#define cJSON_False (1 << 0)
#define cJSON_True (1 << 1)
#define cJSON_NULL (1 << 2)
#define cJSON_Number (1 << 3)
#define cJSON_String (1 << 4)
#define cJSON_Array (1 << 5)
#define cJSON_Object (1 << 6)
#define cJSON_Raw (1 << 7)

/** Flag in `type`: `child` and `valuestring` belong to another item. */
#define cJSON_IsReference 256

/** Flag in `type`: `string` is not freed. */
#define cJSON_StringIsConst 512

/** A JSON item: a value, with its name where its parent is an object. */
typedef struct cJSON {
    /** Neighbours in the parent; `prev` of the first is the last. */
    struct cJSON *next;
    struct cJSON *prev;
    /** First element of an array or object. */
    struct cJSON *child;
    /** A type and flags. */
    int type;
    /** Text of a String or Raw item. */
    char *valuestring;
    /** The number as int, saturated; write with `cJSON_SetNumberValue`. */
    int valueint;
    /** Value of a Number item. */
    double valuedouble;
    /** Name in the parent object. */
    char *string;
} cJSON;

/** Allocator, for `cJSON_InitHooks`. */
typedef struct cJSON_Hooks {
    void *(*malloc_fn)(size_t sz);
    void (*free_fn)(void *ptr);
} cJSON_Hooks;

/** 0 or 1. */
typedef int cJSON_bool;

#ifndef CJSON_NESTING_LIMIT

/** Depth of nesting up to which a text is parsed. */
#define CJSON_NESTING_LIMIT 1000

#endif

/** Sets valueint and valuedouble of an item; yields number. */
#define cJSON_SetIntValue(object, number) \
    ((object) ? (object)->valueint = (object)->valuedouble = (number) : (number))

/** Sets the number of an item through cJSON_SetNumberHelper; yields number. */
#define cJSON_SetNumberValue(object, number) \
    ((object) != NULL ? cJSON_SetNumberHelper((object), (double)(number)) : (number))

/** Sets a True or False item; yields its new type, or cJSON_Invalid for any other item. */
#define cJSON_SetBoolValue(object, boolValue) \
    (((object) != NULL && ((object)->type & (cJSON_False | cJSON_True))) \
        ? (object)->type = ((object)->type & ~(cJSON_False | cJSON_True)) \
            | ((boolValue) ? cJSON_True : cJSON_False) \
        : cJSON_Invalid)

/** Head of a loop over the items of an array or object, which may be NULL. */
#define cJSON_ArrayForEach(element, array) \
    for ((element) = ((array) != NULL) ? (array)->child : NULL; (element) != NULL; \
         (element) = (element)->next)

/** The version of the interface: "1.7.15". */
const char *cJSON_Version(void);

/**
 * Sets the functions that allocate and free items, strings and printed texts from now on. NULL, and
 * a NULL member, mean those of the C library. Call it before any other thread uses cJSON.
 */
void cJSON_InitHooks(cJSON_Hooks *hooks);

/**
 * Parses the JSON text `value`; what follows the first value is ignored. Returns the tree, which
 * `cJSON_Delete` frees, or NULL when the text is not JSON, is NULL, is nested deeper than
 * `CJSON_NESTING_LIMIT`, or memory is short.
 */
cJSON *cJSON_Parse(const char *value);

/** As `cJSON_Parse`, of the `buffer_length` bytes at `value`, which need no terminator. */
cJSON *cJSON_ParseWithLength(const char *value, size_t buffer_length);

/**
 * As `cJSON_Parse`. When `return_parse_end` is not NULL it receives where reading ended: behind the
 * value, or at the fault. With `require_null_terminated` only white space may follow the value.
 */
cJSON *cJSON_ParseWithOpts(const char *value,
                                  const char **return_parse_end,
                                  cJSON_bool require_null_terminated);

/**
 * As `cJSON_ParseWithOpts`, of the `buffer_length` bytes at `value`; a required terminator is
 * one of them.
 */
cJSON *cJSON_ParseWithLengthOpts(const char *value,
                                        size_t buffer_length,
                                        const char **return_parse_end,
                                        cJSON_bool require_null_terminated);

/**
 * The text of `item` with tabs and line ends, for the caller to free with `cJSON_free`. NULL when
 * `item` is NULL, has a part without a text, or memory is short.
 */
char *cJSON_Print(const cJSON *item);

/** As `cJSON_Print`, without any white space. */
char *cJSON_PrintUnformatted(const cJSON *item);

/**
 * As `cJSON_Print` when `fmt` is not 0, else as `cJSON_PrintUnformatted`. `prebuffer`, the expected
 * length, is not needed; NULL when it is negative.
 */
char *cJSON_PrintBuffered(const cJSON *item, int prebuffer, cJSON_bool fmt);

/**
 * Writes the text of `item` and a terminator into the `length` bytes at `buffer`. Returns 1; 0 when
 * they do not suffice, an argument is NULL or `length` is negative. No spare bytes are needed;
 * other versions of cJSON want up to 5.
 */
cJSON_bool cJSON_PrintPreallocated(cJSON *item, char *buffer, int length, cJSON_bool format);

/**
 * Frees `item`, all below it and its siblings behind it; NULL does nothing. What a reference shares
 * and constant keys stay.
 */
void cJSON_Delete(cJSON *item);

/** The number of items of an array or object; 0 for NULL. */
int cJSON_GetArraySize(const cJSON *array);

/** The item at `index` of an array or object, owned by it; NULL when there is none. */
cJSON *cJSON_GetArrayItem(const cJSON *array, int index);

/**
 * The first member called `string`, ASCII letters in any case, owned by `object`; NULL when
 * there is none.
 */
cJSON *cJSON_GetObjectItem(const cJSON *object, const char *string);

/** As `cJSON_GetObjectItem`, exactly. */
cJSON *cJSON_GetObjectItemCaseSensitive(const cJSON *object, const char *string);

/** Whether `cJSON_GetObjectItem` would find one. */
cJSON_bool cJSON_HasObjectItem(const cJSON *object, const char *string);

/**
 * Where in its text the last parse of the process failed; NULL after a success. Of use while no
 * other thread parses and the text exists.
 */
const char *cJSON_GetErrorPtr(void);

/** The text of a string item, owned by it; NULL for any other. */
char *cJSON_GetStringValue(const cJSON *item);

/** The value of a number item; NaN for any other. */
double cJSON_GetNumberValue(const cJSON *item);

/** 1 when `item` has no type, else 0; 0 for NULL. */
cJSON_bool cJSON_IsInvalid(const cJSON *item);

/** 1 when `item` is `false`, else 0; 0 for NULL. */
cJSON_bool cJSON_IsFalse(const cJSON *item);

/** 1 when `item` is `true`, else 0; 0 for NULL. */
cJSON_bool cJSON_IsTrue(const cJSON *item);

/** 1 when `item` is `true` or `false`, else 0; 0 for NULL. */
cJSON_bool cJSON_IsBool(const cJSON *item);

/** 1 when `item` is `null`, else 0; 0 for NULL. */
cJSON_bool cJSON_IsNull(const cJSON *item);

/** 1 when `item` is a number, else 0; 0 for NULL. */
cJSON_bool cJSON_IsNumber(const cJSON *item);

/** 1 when `item` is a string, else 0; 0 for NULL. */
cJSON_bool cJSON_IsString(const cJSON *item);

/** 1 when `item` is an array, else 0; 0 for NULL. */
cJSON_bool cJSON_IsArray(const cJSON *item);

/** 1 when `item` is an object, else 0; 0 for NULL. */
cJSON_bool cJSON_IsObject(const cJSON *item);

/** 1 when `item` is raw text, else 0; 0 for NULL. */
cJSON_bool cJSON_IsRaw(const cJSON *item);

/** A new `null`; NULL when memory is short. */
cJSON *cJSON_CreateNull(void);

/** A new `true`; NULL when memory is short. */
cJSON *cJSON_CreateTrue(void);

/** A new `false`; NULL when memory is short. */
cJSON *cJSON_CreateFalse(void);

/** A new `true` for any `boolean` but 0, else `false`; NULL when memory is short. */
cJSON *cJSON_CreateBool(cJSON_bool boolean);

/** A new number; NULL when memory is short. */
cJSON *cJSON_CreateNumber(double num);

/** A new string, a copy of `string`; NULL for NULL and when memory is short. */
cJSON *cJSON_CreateString(const char *string);

/**
 * A new item that prints as `raw` (copied, not checked); NULL for NULL and when memory is short.
 */
cJSON *cJSON_CreateRaw(const char *raw);

/** A new empty array; NULL when memory is short. */
cJSON *cJSON_CreateArray(void);

/** A new empty object; NULL when memory is short. */
cJSON *cJSON_CreateObject(void);

/** A new string that uses `string` itself, which must outlive it; NULL when memory is short. */
cJSON *cJSON_CreateStringReference(const char *string);

/**
 * A new object that shows the items from `child` on, which must outlive it; NULL when
 * memory is short.
 */
cJSON *cJSON_CreateObjectReference(const cJSON *child);

/**
 * A new array that shows the items from `child` on, which must outlive it; NULL when
 * memory is short.
 */
cJSON *cJSON_CreateArrayReference(const cJSON *child);

/**
 * A new array of `count` integers; NULL when `numbers` is NULL, `count` is negative or
 * memory is short.
 */
cJSON *cJSON_CreateIntArray(const int *numbers, int count);

/**
 * A new array of `count` floats (widened to double); NULL when `numbers` is NULL, `count` is
 * negative or memory is short.
 */
cJSON *cJSON_CreateFloatArray(const float *numbers, int count);

/**
 * A new array of `count` doubles; NULL when `numbers` is NULL, `count` is negative or
 * memory is short.
 */
cJSON *cJSON_CreateDoubleArray(const double *numbers, int count);

/**
 * A new array of `count` strings, copied; NULL when `strings` or one of them is NULL, `count` is
 * negative or memory is short.
 */
cJSON *cJSON_CreateStringArray(const char *const *strings, int count);

/**
 * Appends `item`, which is in no tree, to `array`, which owns it from then on. 1, or 0 when one
 * is NULL, they are the same, or `item` is in a tree already or above `array` (stricter than
 * cJSON, where such a tree has no end): the item then stays the caller's. The type of `array` is
 * not checked.
 */
cJSON_bool cJSON_AddItemToArray(cJSON *array, cJSON *item);

/**
 * Appends `item`, which is in no tree, to `object` under a copy of the name `string`; members of
 * that name stay. 1, or 0 when an argument is NULL, both items are the same, or memory is short:
 * the item then stays the caller's.
 */
cJSON_bool cJSON_AddItemToObject(cJSON *object, const char *string, cJSON *item);

/** As `cJSON_AddItemToObject`, but uses `string` itself as name; it must outlive the item. */
cJSON_bool cJSON_AddItemToObjectCS(cJSON *object, const char *string, cJSON *item);

/**
 * Appends to `array` an item that shows what `item` holds; `item` stays where it is and must
 * outlive it. 1, or 0 when one is NULL or memory is short.
 */
cJSON_bool cJSON_AddItemReferenceToArray(cJSON *array, cJSON *item);

/** As `cJSON_AddItemReferenceToArray`, under a copy of the name `string`. */
cJSON_bool cJSON_AddItemReferenceToObject(cJSON *object,
                                          const char *string,
                                          cJSON *item);

/**
 * Takes `item` out of `parent`, for the caller to delete or add elsewhere; it keeps its name. NULL
 * when one is NULL or the item is not in it.
 */
cJSON *cJSON_DetachItemViaPointer(cJSON *parent, cJSON *item);

/** As `cJSON_DetachItemViaPointer`, of the item at the index `which`. */
cJSON *cJSON_DetachItemFromArray(cJSON *array, int which);

/** Deletes the item at the index `which`; without one nothing happens. */
void cJSON_DeleteItemFromArray(cJSON *array, int which);

/**
 * As `cJSON_DetachItemViaPointer`, of the first member called `string`, ASCII letters in any case.
 */
cJSON *cJSON_DetachItemFromObject(cJSON *object, const char *string);

/** As `cJSON_DetachItemViaPointer`, of the first member called exactly `string`. */
cJSON *cJSON_DetachItemFromObjectCaseSensitive(cJSON *object, const char *string);

/**
 * Deletes the first member called `string`, ASCII letters in any case; without one nothing happens.
 */
void cJSON_DeleteItemFromObject(cJSON *object, const char *string);

/** Deletes the first member called exactly `string`; without one nothing happens. */
void cJSON_DeleteItemFromObjectCaseSensitive(cJSON *object, const char *string);

/**
 * Puts `newitem`, which is in no tree, before the item at the index `which`; behind the last one
 * when there is none. 1, or 0 when an item is NULL, both are the same, or `which` is negative: the
 * new item then stays the caller's.
 */
cJSON_bool cJSON_InsertItemInArray(cJSON *array, int which, cJSON *newitem);

/**
 * Deletes `item`, which is in `parent`, and puts `replacement` at its place; without effect when
 * both are the same. 1, or 0 when one is NULL or the item is not in it: the replacement then stays
 * the caller's.
 */
cJSON_bool cJSON_ReplaceItemViaPointer(cJSON *parent,
                                       cJSON *item,
                                       cJSON *replacement);

/** As `cJSON_ReplaceItemViaPointer`, of the item at the index `which`. */
cJSON_bool cJSON_ReplaceItemInArray(cJSON *array, int which, cJSON *newitem);

/**
 * As `cJSON_ReplaceItemViaPointer`, of the first member called `string`, ASCII letters in any case;
 * the new item gets this name as it is written here.
 */
cJSON_bool cJSON_ReplaceItemInObject(cJSON *object,
                                     const char *string,
                                     cJSON *newitem);

/** As `cJSON_ReplaceItemInObject`, of the first member called exactly `string`. */
cJSON_bool cJSON_ReplaceItemInObjectCaseSensitive(cJSON *object,
                                                  const char *string,
                                                  cJSON *newitem);

/**
 * A copy of `item`, with all below it when `recurse` is not 0, for the caller to delete; references
 * become copies. NULL for NULL and when memory is short.
 */
cJSON *cJSON_Duplicate(const cJSON *item, cJSON_bool recurse);

/**
 * 1 when both trees mean the same, else 0; 0 for NULL and for an item without a type. Arrays are
 * compared in order, objects in any order, numbers within their last bit; names exactly when
 * `case_sensitive` is not 0.
 */
cJSON_bool cJSON_Compare(const cJSON *a, const cJSON *b, cJSON_bool case_sensitive);

/**
 * Removes spaces, tabs, line ends and comments from the text `json`, in place; what is in strings
 * stays. NULL does nothing.
 */
void cJSON_Minify(char *json);

/**
 * Appends `null` to `object` under a copy of `name` and returns the new item, owned by `object`;
 * NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddNullToObject(cJSON *object, const char *name);

/**
 * Appends `true` to `object` under a copy of `name` and returns the new item, owned by `object`;
 * NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddTrueToObject(cJSON *object, const char *name);

/**
 * Appends `false` to `object` under a copy of `name` and returns the new item, owned by `object`;
 * NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddFalseToObject(cJSON *object, const char *name);

/**
 * Appends `true` for any `boolean` but 0, else `false`, to `object` under a copy of `name` and
 * returns the new item, owned by `object`; NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddBoolToObject(cJSON *object, const char *name, cJSON_bool boolean);

/**
 * Appends a number to `object` under a copy of `name` and returns the new item, owned by `object`;
 * NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddNumberToObject(cJSON *object, const char *name, double number);

/**
 * Appends a string, a copy of `string`, to `object` under a copy of `name` and returns the new
 * item, owned by `object`; NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddStringToObject(cJSON *object, const char *name, const char *string);

/**
 * Appends an item that prints as `raw` (copied) to `object` under a copy of `name` and returns the
 * new item, owned by `object`; NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddRawToObject(cJSON *object, const char *name, const char *raw);

/**
 * Appends an empty object to `object` under a copy of `name` and returns the new item, owned by
 * `object`; NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddObjectToObject(cJSON *object, const char *name);

/**
 * Appends an empty array to `object` under a copy of `name` and returns the new item, owned by
 * `object`; NULL when a pointer is NULL or memory is short.
 */
cJSON *cJSON_AddArrayToObject(cJSON *object, const char *name);

/**
 * Sets both number fields of `object`, when it is not NULL, and returns `number`. For the macro
 * `cJSON_SetNumberValue`.
 */
double cJSON_SetNumberHelper(cJSON *object, double number);

/**
 * Gives a string item a copy of `valuestring`; the old block is used when it is long enough.
 * Returns the item's text; NULL, with the item unchanged, when an argument is NULL, the item is not
 * a string or a reference, or memory is short.
 */
char *cJSON_SetValuestring(cJSON *object, const char *valuestring);

/** A block of `size` bytes from the hooks, NULL when memory is short. */
void *cJSON_malloc(size_t size);

/** Frees a block from `cJSON_malloc`, or a printed text. */
void cJSON_free(void *object);

#ifdef __cplusplus
}
#endif

#endif /* cJSON__h */
