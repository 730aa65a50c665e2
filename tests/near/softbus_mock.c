/* DSoftBus' client library as far as the native back-end uses it, over Unix sockets between processes of one machine.
 * MOCK_DIR: folder of the sockets; MOCK_SELF: own network id; MOCK_NODES: id=address,… of the devices online.
 * MOCK_REFUSE: CreateSessionServer fails; MOCK_OPEN: "error" or "late". -DNEWER: larger nodes and the symbol Socket, as from
 * 4.1 on. -DMISSING: one symbol is not there. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

#ifdef NEWER
#define NODE_SIZE 328
EXPORT int32_t Socket(void)
{
    return -1;
}
#else
#define NODE_SIZE 196
#endif

typedef struct {
    int (*opened)(int, int);
    void (*closed)(int);
    void (*bytes)(int, const void *, unsigned);
    void (*message)(int, const void *, unsigned);
    void *rest[2];
} Listener;

static const Listener *listener;
static int server = -1;

static struct Session {
    int socket, side, open;
    char peer[65];
} sessions[64];
static int count = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int all(int socket, void *data, size_t length, int writing)
{
    char *at = data;
    while (length > 0) {
        ssize_t done = writing ? send(socket, at, length, MSG_NOSIGNAL) : recv(socket, at, length, 0);
        if (done <= 0) {
            return -1;
        }
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

static int add(int socket, int side, const char *peer)
{
    pthread_mutex_lock(&lock);
    int id = count++;
    pthread_mutex_unlock(&lock);
    if (id >= 64) {
        abort();
    }
    sessions[id].socket = socket;
    sessions[id].side = side;
    sessions[id].open = 1;
    snprintf(sessions[id].peer, sizeof(sessions[id].peer), "%s", peer);
    return id;
}

static void *serve(void *argument)
{
    int id = (int)(intptr_t)argument;
    struct Session *session = &sessions[id];
    const char *how = session->side == 1 ? getenv("MOCK_OPEN") : NULL;
    if (how != NULL && strcmp(how, "error") == 0) {
        listener->opened(id, -426442743);
        return NULL;
    }
    if (how != NULL && strcmp(how, "late") == 0) {
        sleep(9);
    }
    if (listener->opened(id, 0) != 0) {
        close(session->socket);
        return NULL;
    }
    uint32_t length;
    static _Thread_local char data[4096];
    while (all(session->socket, &length, sizeof(length), 0) == 0 && length <= sizeof(data) &&
           all(session->socket, data, length, 0) == 0) {
        listener->bytes(id, data, length);
    }
    usleep(20000); /* a late OnSessionClosed, also for a session that was closed here */
    listener->closed(id);
    return NULL;
}

static void start(int id)
{
    pthread_t thread;
    pthread_create(&thread, NULL, serve, (void *)(intptr_t)id);
    pthread_detach(thread);
}

static void *accepting(void *argument)
{
    (void)argument;
    for (;;) {
        int socket = accept(server, NULL, NULL);
        if (socket < 0) {
            return NULL;
        }
        char peer[65] = {0};
        if (all(socket, peer, sizeof(peer), 0) == 0) {
            start(add(socket, 0, peer));
        }
    }
}

static struct sockaddr_un where(const char *node)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%.60s/%.40s", getenv("MOCK_DIR"), node);
    return address;
}

EXPORT int CreateSessionServer(const char *package, const char *name, const Listener *given)
{
    if (getenv("MOCK_REFUSE") != NULL || strcmp(package, "hwmqtt") != 0 || strcmp(name, "hwmqtt.dconn") != 0) {
        return -426442743;
    }
    listener = given;
    struct sockaddr_un address = where(getenv("MOCK_SELF"));
    unlink(address.sun_path);
    server = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(server, (struct sockaddr *)&address, sizeof(address));
    listen(server, 8);
    pthread_t thread;
    pthread_create(&thread, NULL, accepting, NULL);
    pthread_detach(thread);
    return 0;
}

EXPORT int RemoveSessionServer(const char *package, const char *name)
{
    (void)package;
    (void)name;
    shutdown(server, SHUT_RDWR);
    close(server);
    return 0;
}

EXPORT int OpenSession(const char *own, const char *peer, const char *network, const char *group, const void *attribute)
{
    const int *fields = attribute;
    if (strcmp(own, "hwmqtt.dconn") != 0 || strcmp(peer, own) != 0 || group[0] != 0 || fields[0] != 2 || fields[1] != 0) {
        return -1;
    }
    struct sockaddr_un address = where(network);
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    char self[65] = {0};
    snprintf(self, sizeof(self), "%s", getenv("MOCK_SELF"));
    if (connect(made, (struct sockaddr *)&address, sizeof(address)) != 0 || all(made, self, sizeof(self), 1) != 0) {
        close(made);
        return -426049520;
    }
    int id = add(made, 1, network);
    start(id);
    usleep(2000); /* the report may come first */
    return id;
}

EXPORT void CloseSession(int id)
{
    pthread_mutex_lock(&lock);
    if (sessions[id].open) {
        sessions[id].open = 0;
        shutdown(sessions[id].socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&lock);
}

EXPORT int SendBytes(int id, const void *data, unsigned length)
{
    char copy[4096];
    uint32_t prefix = length;
    memcpy(copy, data, length);
    return all(sessions[id].socket, &prefix, sizeof(prefix), 1) == 0 && all(sessions[id].socket, copy, length, 1) == 0 ? 0 : -1;
}

EXPORT int GetPeerDeviceId(int id, char *network, unsigned length)
{
    snprintf(network, length, "%s", sessions[id].peer);
    return 0;
}

#ifndef MISSING
EXPORT int GetSessionSide(int id)
{
    return sessions[id].side;
}
#endif

EXPORT int32_t GetAllNodeDeviceInfo(const char *package, void **nodes, int32_t *number)
{
    (void)package;
    char *text = strdup(getenv("MOCK_NODES")), *rest = NULL;
    char *out = calloc(16, NODE_SIZE);
    *number = 0;
    for (char *node = strtok_r(text, ",", &rest); node != NULL; node = strtok_r(NULL, ",", &rest)) {
        snprintf(out + NODE_SIZE * (*number)++, 65, "%.*s", (int)strcspn(node, "="), node);
    }
    free(text);
    *nodes = out;
    return 0;
}

EXPORT void FreeNodeInfo(void *nodes)
{
    free(nodes);
}

EXPORT int32_t GetNodeKeyInfo(const char *package, const char *network, int key, uint8_t *info, int32_t length)
{
    (void)package;
    char wanted[80];
    snprintf(wanted, sizeof(wanted), "%s=", network);
    const char *found = key == 4 ? strstr(getenv("MOCK_NODES"), wanted) : NULL;
    if (found == NULL) {
        return -426442749;
    }
    found += strlen(wanted);
    snprintf((char *)info, (size_t)length, "%.*s", (int)strcspn(found, ","), found);
    return 0;
}

EXPORT int32_t RegNodeDeviceStateCb(const char *package, void *callbacks)
{
    (void)package;
    return *(uint32_t *)callbacks == 3 ? 0 : -1;
}

EXPORT int32_t UnregNodeDeviceStateCb(void *callbacks)
{
    (void)callbacks;
    return 0;
}
