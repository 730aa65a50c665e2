/* As much of libboundscheck as a program of tests/ohos needs: an image has the real one. */
#include <string.h>

__attribute__((visibility("default"))) int strcpy_s(char *to, size_t room, const char *from)
{
    size_t length = strlen(from) + 1;
    if (length > room) {
        return 34;
    }
    memcpy(to, from, length);
    return 0;
}
