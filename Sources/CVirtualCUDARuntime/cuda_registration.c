// Who is who: the kernels and variables that a program's host code registers, and those that the translator's modules bring.
// A fat binary and a module belong together if they are in the same linked image (executable or shared object) and the
// module has the names that the fat binary registers. Constructors run in any order, so the match is made at first use.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // dladdr
#endif
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host_api.h"

struct vgpu_fatbin {
  vgpu_fatbin *next;
  const void *image;
  const struct module_record *module;
  int live;
};

struct module_record {
  struct module_record *next;
  const vgpu_module *module;
  const void *image;
  const vgpu_fatbin *taken;
};

typedef struct function_record {
  struct vgpu_function function;
  struct function_record *next, *next_in_bucket;
} function_record;

typedef struct symbol_record {
  vgpu_symbol symbol;
  struct symbol_record *next;
} symbol_record;

enum { BUCKETS = 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct module_record *modules, **modules_end = &modules;
static vgpu_fatbin *fatbins, **fatbins_end = &fatbins;
static function_record *functions, *buckets[BUCKETS];
static symbol_record *symbols;

static const void *image_of(const void *address) {
  Dl_info info;
  return address && dladdr(address, &info) ? info.dli_fbase : NULL;
}

static uint32_t bucket_of(const void *host) { return (uint32_t)(((uint64_t)host >> 4) * 0x9E3779B1u >> 7) % BUCKETS; }

static void place_variables(const vgpu_module *module, int is_new) {
  for (uint32_t i = 0; i < module->variable_count; i++) {
    const vgpu_variable *variable = &module->variables[i];
    int kind = variable->is_constant ? VGPU_MEMORY_CONSTANT : VGPU_MEMORY_VARIABLE;
    if (is_new) *variable->address = vgpu_allocate(variable->size, kind, variable->name);
    uint8_t *address = *variable->address;
    if (!address) continue;
    // Static storage starts as zero.
    memset(address, 0, variable->size);
    if (variable->initial) memcpy(address, variable->initial, variable->initial_size);
    vgpu_mark_initialised(address, variable->size);
  }
  for (uint32_t i = 0; i < module->relocation_count; i++) {
    const vgpu_relocation *relocation = &module->relocations[i];
    uint8_t *address = *module->variables[relocation->variable].address;
    const uint8_t *target = relocation->target == UINT32_MAX ? (const uint8_t *)relocation->function
                                                             : *module->variables[relocation->target].address;
    uint64_t value = (uint64_t)(uintptr_t)target + (uint64_t)relocation->addend;
    if (address) memcpy(address + relocation->offset, &value, sizeof value);
  }
}

void vgpu_register_module(const vgpu_module *module) {
  vgpu_memory_open();
  struct module_record *record = calloc(1, sizeof *record);
  if (!record) abort();
  *record = (struct module_record){.module = module, .image = image_of(module)};
  place_variables(module, 1);
  pthread_mutex_lock(&lock);
  *modules_end = record;
  modules_end = &record->next;
  pthread_mutex_unlock(&lock);
}

void cuda_restore_variables(void) {
  pthread_mutex_lock(&lock);
  for (struct module_record *record = modules; record; record = record->next) place_variables(record->module, 0);
  pthread_mutex_unlock(&lock);
}

static const vgpu_kernel *kernel_named(const vgpu_module *module, const char *name) {
  for (uint32_t i = 0; i < module->kernel_count; i++)
    if (!strcmp(module->kernels[i].name, name)) return &module->kernels[i];
  return NULL;
}

static const vgpu_variable *variable_named(const vgpu_module *module, const char *name) {
  for (uint32_t i = 0; i < module->variable_count; i++)
    if (!strcmp(module->variables[i].name, name)) return &module->variables[i];
  return NULL;
}

// How many of the names that a fat binary registers a module has.
static int score(const vgpu_fatbin *fatbin, const vgpu_module *module) {
  int found = 0;
  for (function_record *each = functions; each; each = each->next)
    if (each->function.fatbin == fatbin && kernel_named(module, each->function.name)) found++;
  for (symbol_record *each = symbols; each; each = each->next)
    if (each->symbol.fatbin == fatbin && variable_named(module, each->symbol.name)) found++;
  return found;
}

// The best module in the fat binary's image; of equals the first that no other fat binary has.
static void match(vgpu_fatbin *fatbin) {
  struct module_record *best = NULL;
  int best_score = 0;
  for (int pass = 0; pass < 2 && !best; pass++) {
    for (struct module_record *each = modules; each; each = each->next) {
      // The second pass is for images that dladdr cannot tell.
      if (each->image != fatbin->image && !(pass && (!each->image || !fatbin->image))) continue;
      int points = 2 * score(fatbin, each->module);
      if (points && !each->taken) points++;
      if (points > best_score) best = each, best_score = points;
    }
  }
  if (best) best->taken = fatbin;
  fatbin->module = best;
}

// Those that registered before go first: where several files of one image have the same names, the first fat binary
// belongs to the first module.
static const vgpu_module *module_of(vgpu_fatbin *fatbin) {
  for (vgpu_fatbin *each = fatbins; each && !fatbin->module; each = each->next)
    if (each->live && !each->module && each->image == fatbin->image) match(each);
  return fatbin->module ? fatbin->module->module : NULL;
}

void **__cudaRegisterFatBinary(void *fat_binary) {
  vgpu_memory_open();
  vgpu_fatbin *made = calloc(1, sizeof *made);
  if (!made) abort();
  *made = (vgpu_fatbin){.image = image_of(fat_binary), .live = 1};
  pthread_mutex_lock(&lock);
  *fatbins_end = made;
  fatbins_end = &made->next;
  pthread_mutex_unlock(&lock);
  return (void **)made;
}

void __cudaRegisterFatBinaryEnd(void **handle) { (void)handle; }

// At exit, or when a shared object is closed: its addresses may come to mean something else.
void __cudaUnregisterFatBinary(void **handle) {
  vgpu_fatbin *gone = (vgpu_fatbin *)handle;
  pthread_mutex_lock(&lock);
  for (function_record *each = functions; each; each = each->next)
    if (each->function.fatbin == gone) each->function.live = 0;
  for (symbol_record *each = symbols; each; each = each->next)
    if (each->symbol.fatbin == gone) each->symbol.live = 0;
  if (gone) gone->live = 0;
  struct module_record *taken = gone ? (struct module_record *)gone->module : NULL;
  if (taken && taken->taken == gone) {
    struct module_record **at = &modules;
    while (*at && *at != taken) at = &(*at)->next;
    if (*at) *at = taken->next;
    if (modules_end == &taken->next) modules_end = at;
    free(taken);
    gone->module = NULL;
  }
  pthread_mutex_unlock(&lock);
}

void __cudaRegisterFunction(void **handle, const char *host, char *device, const char *name, int thread_limit, void *tid,
                            void *bid, void *block, void *grid, int *warp) {
  (void)device, (void)thread_limit, (void)tid, (void)bid, (void)block, (void)grid, (void)warp;
  function_record *made = calloc(1, sizeof *made);
  if (!made) abort();
  made->function = (struct vgpu_function){.host = host, .name = name, .fatbin = (vgpu_fatbin *)handle, .live = 1, .carveout = -1};
  pthread_mutex_lock(&lock);
  made->next = functions;
  functions = made;
  function_record **bucket = &buckets[bucket_of(host)];
  made->next_in_bucket = *bucket;
  *bucket = made;
  pthread_mutex_unlock(&lock);
}

static void register_symbol(void **handle, const void *host, const char *name, size_t size, void **managed) {
  symbol_record *made = calloc(1, sizeof *made);
  if (!made) abort();
  made->symbol = (vgpu_symbol){.host = host, .name = name, .fatbin = (vgpu_fatbin *)handle, .size = size, .managed = managed,
                               .live = 1};
  pthread_mutex_lock(&lock);
  made->next = symbols;
  symbols = made;
  pthread_mutex_unlock(&lock);
}

void __cudaRegisterVar(void **handle, char *host, char *device, const char *name, int external, size_t size, int constant,
                       int global) {
  (void)device, (void)external, (void)constant, (void)global;
  register_symbol(handle, host, name, size, NULL);
}

void __cudaRegisterManagedVar(void **handle, void **host, char *device, const char *name, int external, size_t size,
                              int constant, int global) {
  (void)device, (void)external, (void)constant, (void)global;
  register_symbol(handle, host, name, size, host);
}

void __cudaRegisterTexture(void **handle, const void *host, const void **device, const char *name, int dimensions, int normalised,
                           int external) {
  (void)handle, (void)host, (void)device, (void)name, (void)dimensions, (void)normalised, (void)external;
  cuda_unsupported("__cudaRegisterTexture", "texture references are not available on the virtual GPU");
}

void __cudaRegisterSurface(void **handle, const void *host, const void **device, const char *name, int dimensions, int external) {
  (void)handle, (void)host, (void)device, (void)name, (void)dimensions, (void)external;
  cuda_unsupported("__cudaRegisterSurface", "surface references are not available on the virtual GPU");
}

static uint8_t *address_of(vgpu_symbol *symbol) {
  if (!symbol->variable) {
    const vgpu_module *module = module_of(symbol->fatbin);
    symbol->variable = module ? variable_named(module, symbol->name) : NULL;
  }
  return symbol->variable ? *symbol->variable->address : NULL;
}

// Called before the host looks at a managed variable.
char __cudaInitModule(void **handle) {
  pthread_mutex_lock(&lock);
  for (symbol_record *each = symbols; each; each = each->next) {
    if (!each->symbol.managed || each->symbol.fatbin != (vgpu_fatbin *)handle) continue;
    uint8_t *address = address_of(&each->symbol);
    if (address) *each->symbol.managed = address;
  }
  pthread_mutex_unlock(&lock);
  return 1;
}

uint8_t *cuda_symbol_address(vgpu_symbol *symbol) {
  pthread_mutex_lock(&lock);
  uint8_t *address = address_of(symbol);
  pthread_mutex_unlock(&lock);
  return address;
}

vgpu_symbol *cuda_find_symbol(const void *host) {
  vgpu_symbol *found = NULL;
  pthread_mutex_lock(&lock);
  for (symbol_record *each = symbols; each && !found; each = each->next) {
    vgpu_symbol *symbol = &each->symbol;
    // A managed variable is named by the address that its pointer holds.
    int is_it = symbol->host == host || (symbol->managed && host && *symbol->managed == host);
    if (symbol->live && is_it) found = symbol;
  }
  pthread_mutex_unlock(&lock);
  return found;
}

cuda_function cuda_find_function(const void *host) {
  function_record *found = NULL;
  if (!host) return NULL;
  pthread_mutex_lock(&lock);
  for (function_record *each = buckets[bucket_of(host)]; each; each = each->next_in_bucket) {
    if (each->function.host != host || !each->function.live) continue;
    // Two shared objects may register one address: the one whose code it is goes first.
    if (!found || image_of(host) == each->function.fatbin->image) found = each;
  }
  for (function_record *each = functions; each && !found; each = each->next)
    if ((const void *)&each->function == host && each->function.live) found = each;
  pthread_mutex_unlock(&lock);
  return found ? &found->function : NULL;
}

const vgpu_kernel *cuda_kernel_of(cuda_function function) {
  const vgpu_kernel *kernel = __atomic_load_n(&function->kernel, __ATOMIC_ACQUIRE);
  if (kernel) return kernel;
  pthread_mutex_lock(&lock);
  const vgpu_module *module = function->fatbin ? module_of(function->fatbin) : NULL;
  kernel = module ? kernel_named(module, function->name) : NULL;
  __atomic_store_n(&function->kernel, kernel, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&lock);
  return kernel;
}
