/*
 * What Bare's own JavaScript cannot reach: scripts with a code cache, and V8's flags. The C functions are those that
 * Bare exports to addons, with the types of libjs's header, which no package of npm has. `pnpm run native` compiles it.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct js_env js_env_t;
typedef struct js_value js_value_t;
typedef struct js_script js_script_t;
typedef struct js_callback_info js_callback_info_t;
typedef js_value_t *js_function_t(js_env_t *, js_callback_info_t *);

int js_get_callback_info(js_env_t *, js_callback_info_t *, size_t *, js_value_t **, js_value_t **, void **);
int js_create_function(js_env_t *, const char *, size_t, js_function_t *, void *, js_value_t **);
int js_set_named_property(js_env_t *, js_value_t *, const char *, js_value_t *);
int js_get_value_string_utf8(js_env_t *, js_value_t *, unsigned char *, size_t, size_t *);
int js_get_boolean(js_env_t *, bool, js_value_t **);
int js_throw_error(js_env_t *, const char *, const char *);
int js_create_arraybuffer(js_env_t *, size_t, void **, js_value_t **);
int js_create_external_string_latin1(js_env_t *, unsigned char *, size_t, void *, void *, js_value_t **, bool *);
int js_prepare_script(js_env_t *, const char *, size_t, int, js_value_t *, js_script_t **);
int js_prepare_script_with_code_cache(js_env_t *, const char *, size_t, int, js_value_t *, const void *, size_t,
                                      bool *, js_script_t **);
int js_create_script_code_cache(js_env_t *, js_script_t *, void **, size_t *);
int js_run_prepared_script(js_env_t *, js_script_t *, js_value_t **);

/* v8::V8::SetFlagsFromString(const char *) */
void set_v8_flags(const char *) __asm__("_ZN2v82V818SetFlagsFromStringEPKc");

/* So that a test can tell whether the compiled file is that of this text. */
__attribute__((used)) static const char source_sha256[] = SOURCE_SHA256;

static const size_t ends_with_nul = (size_t) -1;

/* What stack traces call the script: the same wherever its cache is made. */
static const char name[] = "init.bare.cjs";

/* The script that runs, and whether its cache was refused. */
static js_script_t *script;
static bool refused = true;

/* A whole file, as long as the process lives, also when it has no name any more. */
static unsigned char *map(const char *path, size_t *length) {
  struct stat facts;
  void *start = MAP_FAILED;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  if (fstat(file, &facts) == 0) {
    *length = (size_t) facts.st_size;
    start = mmap(NULL, *length, PROT_READ, MAP_PRIVATE, file, 0);
  }
  close(file);
  return start == MAP_FAILED ? NULL : start;
}

static int read_words(js_env_t *env, js_callback_info_t *info, size_t count, char words[][4096]) {
  js_value_t *values[2];
  size_t given = count;
  int failed = js_get_callback_info(env, info, &given, values, NULL, NULL);
  for (size_t i = 0; i < count && !failed; i++) {
    failed = js_get_value_string_utf8(env, values[i], (unsigned char *) words[i], sizeof words[i], NULL);
  }
  return failed;
}

/* runScript(text, cache): the value of a script of ASCII; both are paths, the cache need not be there. */
static js_value_t *run_script(js_env_t *env, js_callback_info_t *info) {
  char paths[2][4096];
  size_t length, cache_length;
  js_value_t *source, *value;
  bool copied;
  if (read_words(env, info, 2, paths)) return NULL;
  unsigned char *text = map(paths[0], &length);
  if (text == NULL) {
    js_throw_error(env, NULL, "the boot program is not there");
    return NULL;
  }
  if (js_create_external_string_latin1(env, text, length, NULL, NULL, &source, &copied)) return NULL;
  unsigned char *cache = map(paths[1], &cache_length);
  int failed = cache == NULL
    ? js_prepare_script(env, name, ends_with_nul, 0, source, &script)
    : js_prepare_script_with_code_cache(env, name, ends_with_nul, 0, source, cache, cache_length, &refused, &script);
  if (failed || js_run_prepared_script(env, script, &value)) return NULL;
  return value;
}

/* isCached() */
static js_value_t *is_cached(js_env_t *env, js_callback_info_t *info) {
  js_value_t *answer;
  (void) info;
  return js_get_boolean(env, !refused, &answer) ? NULL : answer;
}

/* codeCache(): an ArrayBuffer with what V8 has compiled of the script so far. */
static js_value_t *code_cache(js_env_t *env, js_callback_info_t *info) {
  void *data, *copy;
  size_t length;
  js_value_t *buffer;
  (void) info;
  if (js_create_script_code_cache(env, script, &data, &length)) return NULL;
  if (js_create_arraybuffer(env, length, &copy, &buffer)) return NULL;
  memcpy(copy, data, length);
  free(data);
  return buffer;
}

/* setFlags(words) */
static js_value_t *set_flags(js_env_t *env, js_callback_info_t *info) {
  char words[1][4096];
  if (read_words(env, info, 1, words) == 0) set_v8_flags(words[0]);
  return NULL;
}

static void add(js_env_t *env, js_value_t *exports, const char *key, js_function_t *function) {
  js_value_t *value;
  if (js_create_function(env, key, ends_with_nul, function, NULL, &value)) return;
  js_set_named_property(env, exports, key, value);
}

js_value_t *bare_register_module_v0(js_env_t *env, js_value_t *exports) {
  add(env, exports, "runScript", run_script);
  add(env, exports, "isCached", is_cached);
  add(env, exports, "codeCache", code_cache);
  add(env, exports, "setFlags", set_flags);
  return exports;
}
