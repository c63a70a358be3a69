// Runs a module under wasm3, as the addon has it, so that callgrind can count its instructions.
// count MODULE EXPORT PIECE TURNS FILE...  one export: the module has place(piece, address, length), roomAt() and EXPORT(piece, turns); each FILE is
//                                          placed as a piece, in order.
// count MODULE SCENE TURNS                 calls of the whole phone that were recorded (tests/bench/scenes.ts)
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wasm3.h"
#include "meter.h"

#define MODULE_MAX (1 << 20)
#define SCENE_MAX (1 << 20)
#define STEPS_MAX 256
#define ARGS_MAX 4
#define NAME_SIZE 24
#define STACK_BYTES (64 * 1024)

#define NATIVE_STACK_BYTES (512 * 1024)

static uint8_t module_bytes[MODULE_MAX];
static Meter meter = { INT64_MAX, NULL };

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

static IM3Runtime load(const char *path) {
  IM3Environment environment = m3_NewEnvironment();
  IM3Runtime runtime = m3_NewRuntime(environment, STACK_BYTES, &meter);
  IM3Module module = NULL;
  check(m3_ParseModule(environment, &module, module_bytes, read_file(path, module_bytes, MODULE_MAX)));
  check(m3_LoadModule(runtime, module));
  return runtime;
}

static int run_export(char **words, int count) {
  IM3Runtime runtime = load(words[1]);
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

struct step {
  IM3Function function;
  uint32_t args;
  const uint8_t *words;    // the arguments, 8 bytes each, then the result
  const uint8_t *patches;
};

static uint8_t scene_bytes[SCENE_MAX];
static struct step steps[STEPS_MAX];

static uint32_t read_u32(const uint8_t **at) {
  uint32_t value;
  memcpy(&value, *at, sizeof value);
  *at += sizeof value;
  return value;
}

// Writes the patches at `at` into the memory, if there is one; returns what follows them.
static const uint8_t *apply(uint8_t *memory, const uint8_t *at) {
  for (uint32_t left = read_u32(&at); left > 0; left--) {
    const uint32_t place = read_u32(&at), length = read_u32(&at);
    if (memory != NULL) memcpy(memory + place, at, length);
    at += length;
  }
  return at;
}

static uint32_t read_steps(IM3Runtime runtime, const uint8_t *at) {
  const uint32_t count = read_u32(&at);
  if (count > STEPS_MAX) exit(2);
  for (uint32_t i = 0; i < count; i++) {
    steps[i].function = find(runtime, (const char *)at);
    at += NAME_SIZE;
    steps[i].args = read_u32(&at);
    steps[i].words = at;
    steps[i].patches = at + (steps[i].args + 1) * 8;
    at = apply(NULL, steps[i].patches);
  }
  return count;
}

static void perform(const struct step *step, uint8_t *memory) {
  const void *args[ARGS_MAX] = { 0 };
  uint64_t result = 0, expected;
  const void *results[1] = { &result };
  apply(memory, step->patches);
  for (uint32_t i = 0; i < step->args && i < ARGS_MAX; i++) args[i] = step->words + i * 8;
  check(m3_Call(step->function, step->args, args));
  check(m3_GetResults(step->function, 1, results));
  memcpy(&expected, step->words + step->args * 8, 8);
  const int wide = m3_GetRetType(step->function, 0) == c_m3Type_i64;
  if (wide ? result == expected : (uint32_t)result == (uint32_t)expected) return;
  fprintf(stderr, "%s does not return what was recorded\n", m3_GetFunctionName(step->function));
  exit(1);
}

static int run_scene(char **words) {
  IM3Runtime runtime = load(words[1]);
  uint32_t size = 0;
  uint8_t *memory = m3_GetMemory(runtime, &size, 0);
  read_file(words[2], scene_bytes, SCENE_MAX);
  memcpy(memory, scene_bytes, size);
  const uint8_t *undo = scene_bytes + size;
  const uint32_t count = read_steps(runtime, apply(NULL, undo));
  for (int turns = atoi(words[3]); turns > 0; turns--) {
    apply(memory, undo);
    for (uint32_t i = 0; i < count; i++) perform(&steps[i], memory);
  }
  return 0;
}

int main(int count, char **words) {
  meter.stackFloor = (const char *)__builtin_frame_address(0) - NATIVE_STACK_BYTES;
  if (count == 4) return run_scene(words);
  return count < 6 ? 2 : run_export(words, count);
}
