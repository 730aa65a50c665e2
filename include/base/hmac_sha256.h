/* Generated from src/base/hmac_sha256.rs; do not edit. */
/** The HMAC of the connection password, and base64. */
#ifndef HAMC_SHA256_H
#define HAMC_SHA256_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes the first `inEncryDataLen` (0 to 32) bytes of an HMAC as lower-case hexadecimal text with
 * its terminator to `outData`, which needs `2 * inEncryDataLen + 1` bytes; less than 0 counts as 0,
 * more than 32 as 32.
 *
 * The message is `inputData`, the key `*inputKey`, which is left as it is: HMAC-SHA256 for
 * `checkTimestamp` up to 1, else HMAC-SM3 with the first 10 bytes of the key. Returns 0, or -1 when
 * a pointer is NULL (logged). Any number of threads may call it at once.
 * (docs/spec/helpers.md#encrypt-with-hmac)
 */
int EncryptWithHMac(const char *inputData,
                    char **inputKey,
                    int inEncryDataLen,
                    char *outData,
                    int checkTimestamp);

/**
 * Base64 (standard alphabet, padded, one line) of the bytes of `str` up to its terminator, for the
 * caller to `free`; NULL for NULL.
 */
unsigned char *base64_encode(unsigned char *str);

/**
 * The decoded bytes of `code` (standard alphabet, padding optional) and a terminator, for the
 * caller to `free`; no length is returned. NULL for NULL, for any other character and for a single
 * character at the end.
 */
unsigned char *base64_decode(unsigned char *code);

#define TIME_STAMP_LENGTH 10
#define TRY_MAX_TIME 100
#define SHA256_ENCRYPTION_LENGRH 32

#ifdef __cplusplus
}
#endif

#endif /* HAMC_SHA256_H */
