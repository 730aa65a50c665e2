/* Copied from src/util/LogUtil.h; do not edit. */
/** `log_util.h` under the name that it had in early releases. */
#ifndef LOG_UTIL_FORWARD_H
#define LOG_UTIL_FORWARD_H

#include "log_util.h"

#endif /* LOG_UTIL_FORWARD_H */
