/* Copied from src/util/StringUtil.h; do not edit. */
/** `string_util.h` under the name that it had in early releases. */
#ifndef STRING_UTIL_FORWARD_H
#define STRING_UTIL_FORWARD_H

#include "string_util.h"

#endif /* STRING_UTIL_FORWARD_H */
