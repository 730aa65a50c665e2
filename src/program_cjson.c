/* The program's cJSON, for a library that is built without its own: found by the loader or the linker, and absent without
 * harm where no program brings one. Only compiled when the cargo feature cjson is off. */
struct cJSON;

extern struct cJSON *cJSON_Parse(const char *value) __attribute__((weak));
extern void cJSON_Delete(struct cJSON *item) __attribute__((weak));

struct cJSON *(*hwmqtt_program_cjson_parse(void))(const char *)
{
    return cJSON_Parse;
}

void (*hwmqtt_program_cjson_delete(void))(struct cJSON *)
{
    return cJSON_Delete;
}
