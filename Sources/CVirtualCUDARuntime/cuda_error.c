// Errors as the CUDA runtime keeps them: the last one per host thread, and one for the whole context once a kernel has
// failed. A kernel's error appears at the next call that waits for the device, as it does on a GPU.
#include <stdio.h>

#include "host_api.h"

enum { REPORTED_ERRORS = 1000 };  // a program may provoke errors in a loop

static _Thread_local cuda_error last_error;
static cuda_error pending, sticky;

cuda_error cuda_fail(cuda_error code, const char *call) {
  if (!code) return code;
  last_error = code;
  static int reported;
  if (__atomic_fetch_add(&reported, 1, __ATOMIC_RELAXED) >= REPORTED_ERRORS) return code;
  vgpu_report_line("{\"event\":\"error\",\"code\":%d,\"name\":\"%s\",\"call\":\"%s\"}", code, cuda_error_name(code), call);
  return code;
}

cuda_error cuda_sticky(void) { return __atomic_load_n(&sticky, __ATOMIC_ACQUIRE); }

cuda_error cuda_synchronise(void) {
  cuda_error waiting = __atomic_load_n(&pending, __ATOMIC_ACQUIRE);
  if (waiting) __atomic_store_n(&sticky, waiting, __ATOMIC_RELEASE);
  return waiting;
}

void cuda_kernel_failed(cuda_error code) {
  cuda_error none = 0;
  __atomic_compare_exchange_n(&pending, &none, code, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

int cuda_context_is_broken(void) { return __atomic_load_n(&pending, __ATOMIC_ACQUIRE) != 0; }

cuda_error cuda_pending_error(void) { return __atomic_load_n(&pending, __ATOMIC_ACQUIRE); }

void cuda_forget_last_error(void) { last_error = 0; }

void cuda_error_reset(void) {
  __atomic_store_n(&pending, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&sticky, 0, __ATOMIC_RELEASE);
}

cuda_error cudaGetLastError(void) {
  cuda_error broken = cuda_sticky(), last = last_error;
  last_error = 0;
  return broken ? broken : last;
}

cuda_error cudaPeekAtLastError(void) {
  cuda_error broken = cuda_sticky();
  return broken ? broken : last_error;
}

cuda_error cudaThreadGetLastError(void) { return cudaGetLastError(); }

cuda_error cuda_unsupported(const char *call, const char *why) {
  vgpu_report_line("{\"event\":\"unsupported\",\"kernel\":\"\",\"call\":\"%s\",\"what\":\"%s%s%s\"}", call, call,
                   why ? ": " : " is not available on the virtual GPU", why ? why : "");
  return cuda_fail(cudaErrorNotSupported, call);
}

// A sentence as it stands between the quotation marks of JSON.
static void quote(char *to, size_t size, const char *from) {
  size_t used = 0;
  for (; *from && used + 7 < size; from++) {
    unsigned char c = (unsigned char)*from;
    if (c == '"' || c == '\\') to[used++] = '\\', to[used++] = (char)c;
    else if (c < 32) used += (size_t)snprintf(to + used, size - used, "\\u%04x", c);
    else to[used++] = (char)c;
  }
  to[used] = 0;
}

cuda_error cuda_unsupported_kernel(const char *kernel, const char *why, cuda_error code, const char *call) {
  char name[1024], sentence[1024];
  quote(name, sizeof name, kernel);
  quote(sentence, sizeof sentence, why);
  vgpu_report_line("{\"event\":\"unsupported\",\"kernel\":\"%s\",\"what\":\"%s\"}", name, sentence);
  return cuda_fail(code, call);
}

static const char *space_of(int kind) {
  switch (kind) {
    case VGPU_MEMORY_CONSTANT: return "const";
    default: return "global";
  }
}

void cuda_finding(const char *kind, const char *call, const char *access, const void *address, uint64_t bytes,
                  const vgpu_allocation *buffer, const char *message) {
  char described[256] = "null";
  if (buffer)
    snprintf(described, sizeof described, "{\"what\":\"%s\",\"serial\":%u,\"size\":%llu,\"offset\":%lld,\"live\":%s}", buffer->what,
             buffer->serial, (unsigned long long)buffer->size, (long long)((uint64_t)address - buffer->address),
             buffer->live ? "true" : "false");
  vgpu_report_line("{\"event\":\"finding\",\"kind\":\"%s\",\"kernel\":\"\",\"call\":\"%s\",\"access\":\"%s\",\"space\":\"%s\",\"bytes\":%llu,"
                   "\"address\":\"0x%llx\",\"buffer\":%s,\"message\":\"%s\"}",
                   kind, call, access, space_of(buffer ? buffer->kind : 0), (unsigned long long)bytes,
                   (unsigned long long)(uint64_t)address, described, message);
}

static void report_leak(const vgpu_allocation *left, void *context) {
  (void)context;
  char message[160];
  if (left->kind == VGPU_MEMORY_VARIABLE || left->kind == VGPU_MEMORY_CONSTANT) return;
  snprintf(message, sizeof message, "%llu bytes from %s are never freed", (unsigned long long)left->size, left->what);
  cuda_finding("leak", left->what, "free", (const void *)left->address, left->size, left, message);
}

// Runs after the program's own destructors.
__attribute__((destructor)) static void report_leaks(void) {
  if (vgpu_leaks_wanted()) vgpu_for_each_live(report_leak, NULL);
}
