/* A vendor's near link, for a library that is built without its own: found by the loader or the linker, and absent without
 * harm where nothing brings one. Only compiled when the cargo feature dconn is off. */
#include <stdint.h>

extern uint32_t InitDConnCaseOne(uint32_t type, const char *addresses, char *error_ip) __attribute__((weak));
extern void CloseDConnCaseOne(void) __attribute__((weak));

uint32_t (*hwmqtt_program_dconn_init(void))(uint32_t, const char *, char *)
{
    return InitDConnCaseOne;
}

void (*hwmqtt_program_dconn_close(void))(void)
{
    return CloseDConnCaseOne;
}
