/* What lwIP wants to know of the compiler. */
#ifndef CC_H
#define CC_H

#include <stdint.h>

#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_CTYPE_H 1
#define LWIP_NO_INTTYPES_H 1
#define X8_F "x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "lu"
#define S32_F "ld"
#define X32_F "lx"
#define SZT_F "u"
#define SSIZE_MAX INT32_MAX
typedef int32_t ssize_t;

uint32_t devicesRandom (void);
_Noreturn void portFailed (const char * why);

#define LWIP_RAND() devicesRandom ()
#define LWIP_PLATFORM_DIAG(x) do { } while (0)
#define LWIP_PLATFORM_ASSERT(text) portFailed (text)

#endif
