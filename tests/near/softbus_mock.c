/* DSoftBus' client library as far as the native back-end uses it, between processes of one machine over Unix sockets. It
 * does what the real one does (docs/spec/nearlink.md#dsoftbus-one); -DGENERATION: 31, 32, 41 (4.1-Beta1: the
 * symbol Socket, but small nodes), 50 or 60. -DMISSING: one symbol is not there.
 *
 * MOCK_DIR         folder of the sockets
 * MOCK_SELF        own device: 8 hexadecimal digits; a network id is them eight times
 * MOCK_ONLINE      file of the devices that are online, "DEVICE ADDRESS" a line; read again and again, and each change told
 * MOCK_PERMISSIONS softbus_trans_permission.json of the image
 * MOCK_TOKEN       permissions of this process
 * MOCK_TRACE       file that gets a line "open DEVICE" for each new session, "again DEVICE" for one that stands
 * MOCK_OPEN        "error": no session can be opened; "late": after 9 s; "lost": never, and nobody says so */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define NETWORK_ID 65

enum { DENIED = -426442743, OFFLINE = -426049520, NO_SERVER = -426049519, BAD = -426442748 };

#if GENERATION >= 41
EXPORT int32_t Socket(void)
{
    return -1;
}
#endif

typedef struct {
    char networkId[NETWORK_ID];
    char deviceName[128];
    uint16_t deviceTypeId;
#if GENERATION >= 50
    int32_t osType;
    char osVersion[128];
#endif
} NodeBasicInfo;

typedef struct {
    int dataType;
    int linkTypeNum;
    int linkType[9];
    int streamType;
    char *fastTransData;
    uint16_t fastTransDataSize;
    int tail[4];
} SessionAttribute;

typedef struct {
    int (*opened)(int, int);
    void (*closed)(int);
    void (*bytes)(int, const void *, unsigned);
    void (*message)(int, const void *, unsigned);
    void *stream, *qos;
} ISessionListener;

typedef struct {
    uint32_t events;
    void (*online)(NodeBasicInfo *);
    void (*offline)(NodeBasicInfo *);
    void *rest[5];
} INodeStateCb;

_Static_assert(sizeof(NodeBasicInfo) == (GENERATION >= 50 ? 328 : 196), "NodeBasicInfo");
_Static_assert(sizeof(void *) != 8 || sizeof(SessionAttribute) == 80, "SessionAttribute");
_Static_assert(sizeof(void *) != 8 || sizeof(ISessionListener) == 48, "ISessionListener");
_Static_assert(sizeof(void *) != 8 || sizeof(INodeStateCb) == 64, "INodeStateCb");

static ISessionListener listener;
static INodeStateCb nodes;
static int server = -1, watching;

static struct Session {
    int used, enabled, socket, side;
    unsigned turn;
    char peer[NETWORK_ID];
} sessions[16];
static unsigned turns;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, sending = PTHREAD_MUTEX_INITIALIZER;

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

static char *fileText(const char *name)
{
    char *text = calloc(1, 65536);
    FILE *file = name == NULL ? NULL : fopen(name, "r");
    if (file != NULL) {
        text[fread(text, 1, 65535, file)] = 0;
        fclose(file);
    }
    return text;
}

/* The entry of the allow-list for this session name, without white space; the caller frees it. */
static char *entry(const char *name)
{
    char *text = fileText(getenv("MOCK_PERMISSIONS")), *to = text;
    for (char *from = text; *from != 0; from++) {
        if (strchr(" \t\r\n", *from) == NULL) {
            *to++ = *from;
        }
    }
    *to = 0;
    char wanted[128];
    snprintf(wanted, sizeof(wanted), "{\"SESSION_NAME\":\"%s\",", name);
    char *at = strstr(text, wanted);
    char *found = calloc(1, 65536);
    if (at != NULL) {
        char *end = strstr(at + 1, "{\"SESSION_NAME\"");
        memcpy(found, at, end == NULL ? strlen(at) : (size_t)(end - at));
    }
    free(text);
    return found;
}

/* Both for every caller, native services too. */
static int allowed(const char *package, const char *name, const char *action)
{
    char named[128], *rule = entry(name), *token = getenv("MOCK_TOKEN");
    snprintf(named, sizeof(named), "\"PKG_NAME\":\"%s\"", package);
    char *actions = strstr(rule, "\"ACTIONS\":\"");
    int listed = actions != NULL && strstr(rule, "\"TYPE\":\"native_app\"") != NULL && strstr(rule, named) != NULL &&
        strstr(actions, action) != NULL;
    free(rule);
    return listed && token != NULL && strstr(token, "ohos.permission.DISTRIBUTED_DATASYNC") != NULL;
}

/* The address of an online device; "" if it has none, NULL if it is not online. The caller frees it. */
static char *onlineAddress(const char *network)
{
    char *text = fileText(getenv("MOCK_ONLINE")), *rest = NULL, *found = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, network, 8) == 0) {
            found = strdup(line[8] == ' ' ? line + 9 : "");
        }
    }
    free(text);
    return found;
}

static void trace(const char *what, const char *device)
{
    FILE *file = getenv("MOCK_TRACE") == NULL ? NULL : fopen(getenv("MOCK_TRACE"), "a");
    if (file != NULL) {
        fprintf(file, "%s %.8s\n", what, device);
        fclose(file);
    }
}

static void networkId(char *out, const char *device)
{
    for (int i = 0; i < 8; i++) {
        snprintf(out + 8 * i, 9, "%.8s", device);
    }
}

static int numberOf(unsigned turn)
{
    for (int id = 1; id < 16; id++) {
        if (sessions[id].used && sessions[id].turn == turn) {
            return id;
        }
    }
    return 0;
}

/* The lowest number that is free, a moment ago another session's. */
static int add(int socket, int side, const char *peer)
{
    for (int id = 1; id < 16; id++) {
        if (!sessions[id].used) {
            sessions[id] = (struct Session){.used = 1, .socket = socket, .side = side, .turn = ++turns};
            snprintf(sessions[id].peer, NETWORK_ID, "%s", peer);
            return id;
        }
    }
    abort();
}

static int removeIfTurn(unsigned turn)
{
    pthread_mutex_lock(&lock);
    int id = numberOf(turn);
    if (id > 0) {
        shutdown(sessions[id].socket, SHUT_RDWR);
        sessions[id].used = 0;
    }
    pthread_mutex_unlock(&lock);
    return id;
}

static struct sockaddr_un where(const char *device)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/%.8s", getenv("MOCK_DIR"), device);
    return address;
}

/* Brings the other side: 0, or the number that OnSessionOpened gets. */
static int reach(int made, const char *peer)
{
    struct sockaddr_un address = where(peer);
    char self[NETWORK_ID] = {0}, answer;
    networkId(self, getenv("MOCK_SELF"));
    if (connect(made, (struct sockaddr *)&address, sizeof(address)) != 0 || all(made, self, sizeof(self), 1) != 0 ||
        all(made, &answer, 1, 0) != 0) {
        return NO_SERVER;
    }
    return 0;
}

static void *serve(void *argument)
{
    unsigned turn = (unsigned)(uintptr_t)argument;
    pthread_mutex_lock(&lock);
    int id = numberOf(turn);
    struct Session session = sessions[id];
    pthread_mutex_unlock(&lock);
    if (id == 0) {
        return NULL;
    }
    const char *how = session.side == 1 && getenv("MOCK_OPEN") != NULL ? getenv("MOCK_OPEN") : "";
    if (strcmp(how, "lost") == 0) {
        return NULL;
    }
    int failed = strcmp(how, "error") == 0 ? OFFLINE : session.side == 1 ? reach(session.socket, session.peer) : 0;
    if (strcmp(how, "late") == 0) {
        sleep(9);
    }
    if (failed != 0) {
        if (removeIfTurn(turn) == id) {
            listener.opened(id, failed);
        }
        close(session.socket);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    int still = numberOf(turn) == id;
    sessions[id].enabled |= still;
    pthread_mutex_unlock(&lock);
    if (session.side == 0 && still) {
        still = all(session.socket, "", 1, 1) == 0;
    }
    /* A late report may be under way when CloseSession comes. */
    if ((still || strcmp(how, "late") == 0) && listener.opened(id, 0) != 0) {
        removeIfTurn(turn);
        close(session.socket);
        return NULL;
    }
    uint32_t length;
    static _Thread_local char data[4096];
    while (all(session.socket, &length, sizeof(length), 0) == 0 && length <= sizeof(data) &&
           all(session.socket, data, length, 0) == 0) {
        pthread_mutex_lock(&lock);
        still = numberOf(turn) == id;
        pthread_mutex_unlock(&lock);
        if (still) {
            listener.bytes(id, data, length);
        }
    }
    pthread_mutex_lock(&lock);
    still = numberOf(turn) == id;
    pthread_mutex_unlock(&lock);
    if (still) { /* the other side closed it: told first, freed then */
        listener.closed(id);
        removeIfTurn(turn);
    }
    close(session.socket);
    return NULL;
}

static void start(unsigned turn)
{
    pthread_t thread;
    pthread_create(&thread, NULL, serve, (void *)(uintptr_t)turn);
    pthread_detach(thread);
}

static void *accepting(void *argument)
{
    int from = (int)(intptr_t)argument;
    for (;;) {
        int socket = accept(from, NULL, NULL);
        if (socket < 0) {
            return NULL;
        }
        char peer[NETWORK_ID] = {0};
        if (all(socket, peer, sizeof(peer), 0) == 0) {
            pthread_mutex_lock(&lock);
            unsigned turn = sessions[add(socket, 0, peer)].turn;
            pthread_mutex_unlock(&lock);
            start(turn);
        }
    }
}

EXPORT int CreateSessionServer(const char *package, const char *name, const ISessionListener *given)
{
    if (!allowed(package, name, "create")) {
        return DENIED;
    }
    listener = *given;
    struct sockaddr_un address = where(getenv("MOCK_SELF"));
    unlink(address.sun_path);
    server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(server, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(server, 8) != 0) {
        return BAD;
    }
    pthread_t thread;
    pthread_create(&thread, NULL, accepting, (void *)(intptr_t)server);
    pthread_detach(thread);
    return 0;
}

EXPORT int RemoveSessionServer(const char *package, const char *name)
{
    if (!allowed(package, name, "create")) {
        return DENIED;
    }
    struct sockaddr_un address = where(getenv("MOCK_SELF"));
    unlink(address.sun_path);
    shutdown(server, SHUT_RDWR);
    close(server);
    return 0;
}

EXPORT int OpenSession(const char *own, const char *peer, const char *network, const char *group, const void *given)
{
    SessionAttribute attribute;
    memcpy(&attribute, given, sizeof(attribute));
    /* Without a kind of link the system may take Bluetooth, which is not what this test is for. */
    if (server < 0 || strcmp(peer, own) != 0 || group[0] != 0 || attribute.dataType != 2 || attribute.linkTypeNum != 2 ||
        attribute.linkType[0] != 1 || attribute.linkType[1] != 2) {
        return BAD;
    }
    if (!allowed("hwmqtt", own, "open")) {
        return DENIED;
    }
    char *address = onlineAddress(network);
    if (address == NULL) {
        return OFFLINE;
    }
    free(address);
    pthread_mutex_lock(&lock);
    for (int id = 1; id < 16; id++) {
        if (sessions[id].used && strcmp(sessions[id].peer, network) == 0) {
            int enabled = sessions[id].enabled;
            unsigned turn = sessions[id].turn;
            pthread_mutex_unlock(&lock);
            trace("again", network);
            if (enabled && listener.opened(id, 0) != 0) {
                removeIfTurn(turn);
                return BAD;
            }
            return id;
        }
    }
    int id = add(socket(AF_UNIX, SOCK_STREAM, 0), 1, network);
    unsigned turn = sessions[id].turn;
    pthread_mutex_unlock(&lock);
    trace("open", network);
    start(turn);
    usleep(2000); /* the report may come first */
    return id;
}

EXPORT void CloseSession(int id)
{
    pthread_mutex_lock(&lock);
    unsigned turn = id > 0 && id < 16 && sessions[id].used ? sessions[id].turn : 0;
    pthread_mutex_unlock(&lock);
    usleep(3000); /* a call into another process */
    if (turn != 0) {
        removeIfTurn(turn);
    }
}

EXPORT int SendBytes(int id, const void *data, unsigned length)
{
    char copy[4096];
    uint32_t prefix = length;
    pthread_mutex_lock(&lock);
    int socket = id > 0 && id < 16 && sessions[id].used && sessions[id].enabled ? dup(sessions[id].socket) : -1;
    pthread_mutex_unlock(&lock);
    if (socket < 0 || length > sizeof(copy)) {
        return BAD;
    }
    memcpy(copy, data, length);
    pthread_mutex_lock(&sending);
    int done = all(socket, &prefix, sizeof(prefix), 1) == 0 && all(socket, copy, length, 1) == 0;
    pthread_mutex_unlock(&sending);
    close(socket);
    return done ? 0 : BAD;
}

EXPORT int GetPeerDeviceId(int id, char *network, unsigned length)
{
    pthread_mutex_lock(&lock);
    int known = id > 0 && id < 16 && sessions[id].used && length >= NETWORK_ID;
    if (known) {
        memcpy(network, sessions[id].peer, NETWORK_ID);
    }
    pthread_mutex_unlock(&lock);
    return known ? 0 : BAD;
}

#ifndef MISSING
EXPORT int GetSessionSide(int id)
{
    pthread_mutex_lock(&lock);
    int side = id > 0 && id < 16 && sessions[id].used ? sessions[id].side : -1;
    pthread_mutex_unlock(&lock);
    return side;
}
#endif

static void describe(NodeBasicInfo *node, const char *device)
{
    memset(node, 0xa5, sizeof(*node));
    networkId(node->networkId, device);
    snprintf(node->deviceName, sizeof(node->deviceName), "device %.8s", device);
    node->deviceTypeId = 14;
#if GENERATION >= 50
    node->osType = 10;
    snprintf(node->osVersion, sizeof(node->osVersion), "%d", GENERATION);
#endif
}

EXPORT int32_t GetAllNodeDeviceInfo(const char *package, NodeBasicInfo **out, int32_t *number)
{
    (void)package;
    char *text = fileText(getenv("MOCK_ONLINE")), *rest = NULL;
    *out = NULL;
    *number = 0;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, getenv("MOCK_SELF"), 8) != 0) {
            *out = realloc(*out, sizeof(NodeBasicInfo) * (size_t)(*number + 1)); /* not a byte more */
            describe(*out + (*number)++, line);
        }
    }
    free(text);
    return 0;
}

EXPORT void FreeNodeInfo(NodeBasicInfo *info)
{
    free(info);
}

EXPORT int32_t GetNodeKeyInfo(const char *package, const char *network, int key, uint8_t *info, int32_t length)
{
    (void)package;
    if (key != 4 || GENERATION < 32 || length < 46) {
        return BAD;
    }
    char *address = onlineAddress(network);
    int known = address != NULL && address[0] != 0;
    if (known) {
        snprintf((char *)info, (size_t)length, "%s", address);
    }
    free(address);
    return known ? 0 : BAD;
}

/* Tells who came and who went; sessions with a device that went are closed. */
static void tell(const char *text, const char *other, int came)
{
    char *copy = strdup(text), *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char device[9] = {0};
        memcpy(device, line, 8);
        if (strstr(other, device) != NULL || strcmp(device, getenv("MOCK_SELF")) == 0) {
            continue;
        }
        NodeBasicInfo node;
        describe(&node, device);
        for (int id = 1; !came && id < 16; id++) {
            pthread_mutex_lock(&lock);
            if (sessions[id].used && strncmp(sessions[id].peer, device, 8) == 0) {
                shutdown(sessions[id].socket, SHUT_RDWR);
            }
            pthread_mutex_unlock(&lock);
        }
        pthread_mutex_lock(&lock);
        INodeStateCb told = nodes;
        pthread_mutex_unlock(&lock);
        if (told.events != 0) {
            (came ? told.online : told.offline)(&node);
        }
    }
    free(copy);
}

static void *watch(void *argument)
{
    char *before = argument;
    for (;;) {
        usleep(20000);
        char *now = fileText(getenv("MOCK_ONLINE"));
        tell(now, before, 1);
        tell(before, now, 0);
        free(before);
        before = now;
    }
    return NULL;
}

EXPORT int32_t RegNodeDeviceStateCb(const char *package, INodeStateCb *callbacks)
{
    (void)package;
    if (callbacks->events != 3) {
        return BAD;
    }
    pthread_mutex_lock(&lock);
    nodes = *callbacks;
    int first = !watching;
    watching = 1;
    pthread_mutex_unlock(&lock);
    if (first) {
        pthread_t thread;
        pthread_create(&thread, NULL, watch, fileText(getenv("MOCK_ONLINE")));
        pthread_detach(thread);
    }
    return 0;
}

EXPORT int32_t UnregNodeDeviceStateCb(INodeStateCb *callbacks)
{
    (void)callbacks;
    pthread_mutex_lock(&lock);
    memset(&nodes, 0, sizeof(nodes));
    pthread_mutex_unlock(&lock);
    return 0;
}
