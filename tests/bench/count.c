// Runs one export of a module under wasm3 so that callgrind can count its instructions: count MODULE EXPORT PIECE TURNS FILE...
// The module has place(piece, address, length), roomAt() and EXPORT(piece, turns); each FILE is placed as a piece, in order.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "wasm3.h"

#define MODULE_MAX (1 << 20)
#define STACK_BYTES (64 * 1024)

static uint8_t module_bytes[MODULE_MAX];

static void check(M3Result result) {
  if (result == m3Err_none) return;
  fprintf(stderr, "%s\n", result);
  exit(1);
}

static uint32_t read_file(const char *path, uint8_t *into, uint32_t capacity) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  const size_t length = fread(into, 1, capacity, file);
  fclose(file);
  return (uint32_t)length;
}

static IM3Function find(IM3Runtime runtime, const char *name) {
  IM3Function function = NULL;
  check(m3_FindFunction(&function, runtime, name));
  return function;
}

int main(int count, char **words) {
  if (count < 6) return 2;
  IM3Environment environment = m3_NewEnvironment();
  IM3Runtime runtime = m3_NewRuntime(environment, STACK_BYTES, NULL);
  IM3Module module = NULL;
  check(m3_ParseModule(environment, &module, module_bytes, read_file(words[1], module_bytes, MODULE_MAX)));
  check(m3_LoadModule(runtime, module));
  uint32_t size = 0, at = 0;
  uint8_t *memory = m3_GetMemory(runtime, &size, 0);
  IM3Function room = find(runtime, "roomAt"), place = find(runtime, "place"), work = find(runtime, words[2]);
  check(m3_CallV(room));
  check(m3_GetResultsV(room, &at));
  for (int i = 5; i < count; i++) {
    const uint32_t length = read_file(words[i], memory + at, size - at);
    check(m3_CallV(place, (uint32_t)(i - 5), at, length));
    at += length;
  }
  check(m3_CallV(work, (uint32_t)atoi(words[3]), (uint32_t)atoi(words[4])));
  return 0;
}
