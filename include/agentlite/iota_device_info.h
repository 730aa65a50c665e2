/* Copied from src/agentlite/iota_device_info.h; do not edit. */
/** A header of 0.5 to 0.9; its structure, which no function took, is not here. */
#ifndef IOTA_DEVICE_INFO_H
#define IOTA_DEVICE_INFO_H

#include "hw_type.h"

#endif /* IOTA_DEVICE_INFO_H */
