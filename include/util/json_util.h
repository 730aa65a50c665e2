/* Generated from src/util/json_util.rs; do not edit. */
/**
 * JSON helpers. JSON is cJSON: both interfaces work on the same items. (docs/spec/helpers.md#json)
 */
#ifndef JSON_UTIL_H
#define JSON_UTIL_H

#include "cJSON.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A JSON item. */
typedef cJSON JSON;

/** `JSON_TRUE` or `JSON_FALSE`. */
typedef int JSON_BOOL;

#define JSON_FALSE 0
#define JSON_TRUE 1

/** A new empty object, for the caller to free with `JSON_Delete`; NULL when memory is short. */
JSON *JSON_CreateObject(void);

/** A new empty array, for the caller to free with `JSON_Delete`; NULL when memory is short. */
JSON *JSON_CreateArray(void);

/**
 * A new array of `count` integers; NULL when `numbers` is NULL, `count` is negative or
 * memory is short.
 */
JSON *JSON_CreateIntArray(const int *numbers, int count);

/**
 * A new array of `count` floats (widened to double); NULL when `numbers` is NULL, `count` is
 * negative or memory is short.
 */
JSON *JSON_CreateFloatArray(const float *numbers, int count);

/**
 * A new array of `count` doubles; NULL when `numbers` is NULL, `count` is negative or
 * memory is short.
 */
JSON *JSON_CreateDoubleArray(const double *numbers, int count);

/**
 * A new array of `count` strings, copied; NULL when `strings` or one of them is NULL, `count` is
 * negative or memory is short.
 */
JSON *JSON_CreateStringArray(const char **strings, int count);

/**
 * Appends a copy of `value` to `object` under a copy of `key`; nothing happens when one of the
 * three is NULL.
 */
void JSON_AddStringToObject(JSON *object, const char *key, const char *value);

/** Appends a number to `object` under a copy of `key`; nothing happens when one of both is NULL. */
void JSON_AddNumberToObject(JSON *object, const char *key, double value);

/**
 * Appends `true` for any `value` but 0, else `false`, to `object` under a copy of `key`; nothing
 * happens when one of both is NULL.
 */
void JSON_AddBoolToObject(JSON *object, const char *key, JSON_BOOL value);

/**
 * Appends `value`, of any type and in no tree, to `object` under a copy of `key`; `object` owns it
 * from then on. When one of the three is NULL nothing happens and `value` stays the caller's.
 */
void JSON_AddObjectToObject(JSON *object, const char *key, JSON *value);

/**
 * Appends `value`, in no tree, to `arrayObject`, which owns it from then on. When one is NULL
 * nothing happens.
 */
void JSON_AddObjectToArray(JSON *arrayObject, JSON *value);

/**
 * The text of `object` with tabs and line ends, for the caller to `free`; NULL for NULL and when
 * memory is short. It comes from the hooks of `cJSON_InitHooks`, when some are set.
 */
char *JSON_Print(const JSON *object);

/**
 * The tree of the JSON text `value`, for the caller to free with `JSON_Delete`; what follows the
 * first value is ignored. NULL for NULL, for what is not JSON and when memory is short.
 */
JSON *JSON_Parse(const char *value);

/** Frees `object` and all below it; NULL does nothing. */
void JSON_Delete(JSON *object);

/**
 * The first member of `object` called `key`, ASCII letters in any case: its `valueint`, whatever
 * its type: numbers are cut toward zero and saturate, a parsed `true` is 1, all else 0.
 * `defaultValue` when there is none.
 */
int JSON_GetIntFromObject(const JSON *object, const char *key, int defaultValue);

/**
 * The first member of `object` called `key`, ASCII letters in any case: 1 for `true`, 0 for
 * `false`, for any other type its `valueint`. `defaultValue` when there is none.
 */
JSON_BOOL JSON_GetBoolFromObject(const JSON *object, const char *key, JSON_BOOL defaultValue);

/**
 * The first member of `object` called `key`, ASCII letters in any case: its number, 0.0 for every
 * other type. `defaultValue` when there is none.
 */
double JSON_GetDoubleFromObject(const JSON *object, const char *key, double defaultValue);

/**
 * The first member of `object` called `key`, ASCII letters in any case: its text, owned by it, NULL
 * when it is not a string. `defaultValue` itself when there is none.
 */
char *JSON_GetStringFromObject(const JSON *object, const char *key, const char *defaultValue);

/**
 * The first member of `object` called `key`, ASCII letters in any case: the item of any type, owned
 * by it; NULL when there is none.
 */
JSON *JSON_GetObjectFromObject(const JSON *object, const char *key);

/** The number of items of an array or object; 0 for anything else and for NULL. */
int JSON_GetArraySize(const JSON *array);

/**
 * The item of `array` at `index`: its `valueint`, whatever its type: numbers are cut toward zero
 * and saturate, a parsed `true` is 1, all else 0. `defaultValue` when there is none.
 */
int JSON_GetIntFromArray(const JSON *array, int index, int defaultValue);

/**
 * The item of `array` at `index`: 1 for `true`, 0 for `false`, for any other type its `valueint`.
 * `defaultValue` when there is none.
 */
JSON_BOOL JSON_GetBoolFromArray(const JSON *array, int index, JSON_BOOL defaultValue);

/**
 * The item of `array` at `index`: its number, 0.0 for every other type. `defaultValue` when
 * there is none.
 */
double JSON_GetDoubleFromArray(const JSON *array, int index, double defaultValue);

/**
 * The item of `array` at `index`: its text, owned by it, NULL when it is not a string.
 * `defaultValue` itself when there is none.
 */
char *JSON_GetStringFromArray(const JSON *array, int index, const char *defaultValue);

/** The item of `array` at `index`: the item of any type, owned by it; NULL when there is none. */
JSON *JSON_GetObjectFromArray(const JSON *array, int index);

#ifdef __cplusplus
}
#endif

#endif /* JSON_UTIL_H */
