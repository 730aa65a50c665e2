/*
 * Parse and print of a JSON document of 10 kB by this library's cJSON and by the system's libcjson, in turn in the same process.
 *
 *   cc -O2 benches/cjson.c -o cjson -ldl && ./cjson libHWMQTT.so libcjson.so.1
 *
 * Prints the time of one round (parse, print, print unformatted, delete) with each library and the ratio; status 1 when the ratio
 * is above the limit of 2, or when the two print different texts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DOCUMENT_SIZE (10 * 1024)
#define ROUNDS 200
#define SERIES 31
#define LIMIT 2.0

typedef struct {
    void *(*parse)(const char *);
    char *(*print)(const void *);
    char *(*printUnformatted)(const void *);
    void (*delete)(void *);
} Cjson;

static void *Symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);

    if (found == NULL) {
        (void)fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    return found;
}

static Cjson Load(const char *path)
{
    Cjson loaded;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);

    if (library == NULL) {
        (void)fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    *(void **)&loaded.parse = Symbol(library, "cJSON_Parse");
    *(void **)&loaded.print = Symbol(library, "cJSON_Print");
    *(void **)&loaded.printUnformatted = Symbol(library, "cJSON_PrintUnformatted");
    *(void **)&loaded.delete = Symbol(library, "cJSON_Delete");
    return loaded;
}

/* What the platform and devices send: services with short texts, whole and broken numbers, some escapes and nesting. */
static char *Document(void)
{
    char *text = malloc(DOCUMENT_SIZE + 512);
    size_t used = (size_t)sprintf(text, "{\"services\":[");
    int number = 0;

    while (used < DOCUMENT_SIZE) {
        used += (size_t)sprintf(text + used,
            "%s{\"service_id\":\"lamp-%d\",\"event_time\":\"20240601T081500Z\",\"properties\":{\"on\":%s,\"brightness\":%d,"
            "\"temperature\":%d.%d,\"note\":\"line %d\\n\\\"quoted\\\" \\u00e9\",\"limits\":[%d,-5,1e3,null]}}",
            number == 0 ? "" : ",", number, number % 2 == 0 ? "true" : "false", number * 7, 20 + number % 5, 1 + number % 9, number,
            number * 13);
        number++;
    }
    (void)strcpy(text + used, "]}");
    return text;
}

static double Round(const Cjson *cjson, const char *document)
{
    struct timespec start;
    struct timespec end;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    for (int i = 0; i < ROUNDS; i++) {
        void *tree = cjson->parse(document);
        free(cjson->print(tree));
        free(cjson->printUnformatted(tree));
        cjson->delete(tree);
    }
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return ((double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3) / ROUNDS;
}

static int Ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;

    return (difference > 0) - (difference < 0);
}

static int SameText(const Cjson *ours, const Cjson *theirs, const char *document)
{
    void *a = ours->parse(document);
    void *b = theirs->parse(document);
    char *textA = ours->print(a);
    char *textB = theirs->print(b);
    int same = textA != NULL && textB != NULL && strcmp(textA, textB) == 0;

    free(textA);
    free(textB);
    ours->delete(a);
    theirs->delete(b);
    return same;
}

int main(int argc, char **argv)
{
    double ours[SERIES];
    double theirs[SERIES];

    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s libHWMQTT.so libcjson.so.1\n", argv[0]);
        return 2;
    }
    Cjson own = Load(argv[1]);
    Cjson system = Load(argv[2]);
    char *document = Document();
    if (!SameText(&own, &system, document)) {
        (void)printf("the two libraries print different texts\n");
        return 1;
    }
    for (int i = 0; i < SERIES; i++) {
        ours[i] = Round(&own, document);
        theirs[i] = Round(&system, document);
    }
    qsort(ours, SERIES, sizeof(double), Ascending);
    qsort(theirs, SERIES, sizeof(double), Ascending);
    double ratio = ours[SERIES / 2] / theirs[SERIES / 2];
    (void)printf("%zu bytes: %.1f us, libcjson %.1f us, ratio %.2f\n", strlen(document), ours[SERIES / 2], theirs[SERIES / 2],
        ratio);
    free(document);
    return ratio > LIMIT;
}
