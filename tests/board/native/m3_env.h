/* As much of wasm3's own header as board/code.h names: the supervisor knows no more of it. */
#ifndef M3_ENV_H
#define M3_ENV_H

typedef const char * M3Result;
typedef struct M3Function * IM3Function;
typedef struct M3Module * IM3Module;

#endif
