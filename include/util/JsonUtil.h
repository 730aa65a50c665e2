/* Copied from src/util/JsonUtil.h; do not edit. */
/** `json_util.h` under the name that it had in early releases. */
#ifndef JSON_UTIL_FORWARD_H
#define JSON_UTIL_FORWARD_H

#include "json_util.h"

#endif /* JSON_UTIL_FORWARD_H */
