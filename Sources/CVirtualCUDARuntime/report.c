// What the run has to tell, one JSON object per line.
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "vgpu_internal.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void vgpu_die(const char *what) {
  vgpu_report_line("{\"event\":\"failure\",\"message\":\"The virtual GPU ran %s.\"}", what);
  vgpu_report_finish();
  _exit(70);
}

void vgpu_report_line(const char *format, ...) {
  vgpu_options_load();
  if (vgpu_options.report_fd < 0) return;
  char text[8192];
  va_list list;
  va_start(list, format);
  int n = vsnprintf(text, sizeof text - 1, format, list);
  va_end(list);
  if (n < 0) return;
  if ((size_t)n > sizeof text - 2) n = sizeof text - 2;
  text[n++] = '\n';
  for (int done = 0; done < n;) {
    ssize_t k = write(vgpu_options.report_fd, text + done, (size_t)(n - done));
    if (k <= 0) return;
    done += (int)k;
  }
}

const char *vgpu_json_string(const char *text, char *out, uint64_t size) {
  uint64_t n = 0;
  out[n++] = '"';
  for (const unsigned char *c = (const unsigned char *)(text ? text : ""); *c && n + 8 < size; c++) {
    if (*c == '"' || *c == '\\') out[n++] = '\\', out[n++] = (char)*c;
    else if (*c < 0x20) n += (uint64_t)snprintf(out + n, 8, "\\u%04x", *c);
    else out[n++] = (char)*c;
  }
  out[n++] = '"';
  out[n] = 0;
  return out;
}

// MARK: Copies to the host

#define EMPTY_HASH 0xcbf29ce484222325ull
static uint64_t copied_hash = EMPTY_HASH, copied_bytes;

void vgpu_report_copy_out(const void *bytes, uint64_t count) {
  pthread_mutex_lock(&lock);
  // FNV-1a (Fowler, Noll, Vo) over words of eight bytes.
  const uint8_t *p = bytes;
  uint64_t h = copied_hash, i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t word;
    memcpy(&word, p + i, 8);
    h = (h ^ word) * 0x100000001b3ull;
    h ^= h >> 29;
  }
  for (; i < count; i++) h = (h ^ p[i]) * 0x100000001b3ull;
  copied_hash = h;
  copied_bytes += count;
  pthread_mutex_unlock(&lock);
}

// MARK: Findings

typedef struct {
  const vgpu_kernel *kernel;
  const char *kind;
  uint32_t site, other_site;
  uint64_t count;
} known_finding;
static known_finding found[512];
static uint32_t found_count;

static const vgpu_site no_site = {"", 0, 0};
static const vgpu_site *site_of(const vgpu_kernel *kernel, uint32_t site) {
  return site < kernel->site_count ? &kernel->sites[site] : &no_site;
}

int vgpu_report_is_elsewhere(const vgpu_kernel *kernel, uint32_t site, uint32_t other) {
  if (site == other) return 0;
  const vgpu_site *a = site_of(kernel, site), *b = site_of(kernel, other);
  // Copies of one line, as unrolling makes them, are one barrier.
  return a->line && b->line && (a->line != b->line || strcmp(a->file, b->file));
}

// True the first time; the lock is held.
static int is_new(const vgpu_kernel *kernel, const char *kind, uint32_t site, uint32_t other_site) {
  const vgpu_site *here = site_of(kernel, site);
  for (uint32_t i = 0; i < found_count; i++) {
    if (found[i].kernel != kernel || strcmp(found[i].kind, kind)) continue;
    const vgpu_site *there = site_of(kernel, found[i].site);
    // Unrolled copies of a line are one place to a person.
    if (found[i].site == site || (here->line && here->line == there->line && !strcmp(here->file, there->file))) {
      found[i].count++;
      return 0;
    }
  }
  if (found_count < sizeof found / sizeof *found)
    found[found_count++] = (known_finding){kernel, kind, site, other_site, 1};
  return 1;
}

static vgpu_dim3 thread_of(const vgpu_launch_state *launch, uint32_t linear) {
  vgpu_dim3 t = {
    linear % launch->block.x, linear / launch->block.x % launch->block.y,
    linear / (launch->block.x * launch->block.y)};
  return t;
}
static vgpu_dim3 block_of(const vgpu_launch_state *launch, uint64_t linear) {
  vgpu_dim3 t = {
    (uint32_t)(linear % launch->grid.x), (uint32_t)(linear / launch->grid.x % launch->grid.y),
    (uint32_t)(linear / ((uint64_t)launch->grid.x * launch->grid.y))};
  return t;
}

void vgpu_report_finding(vgpu_warp *w, const vgpu_finding *f) {
  const vgpu_kernel *kernel = w->kernel;
  const vgpu_launch_state *launch = w->block->launch;
  pthread_mutex_lock(&lock);
  int fresh = is_new(kernel, f->kind, f->site, f->other_site);
  pthread_mutex_unlock(&lock);
  if (!fresh) return;
  const vgpu_site *site = site_of(kernel, f->site);
  vgpu_dim3 t = thread_of(launch, w->index * 32 + f->lane);
  char name[1024], file[1100], message[600], buffer[400] = "", other[1800] = "";
  vgpu_allocation a;
  if (f->address && f->space && (!strcmp(f->space, "global") || !strcmp(f->space, "const")) &&
      vgpu_find_allocation(f->address, &a)) {
    char what[200];
    snprintf(
      buffer, sizeof buffer, ",\"buffer\":{\"what\":%s,\"serial\":%u,\"size\":%llu,\"offset\":%lld,\"live\":%s}",
      vgpu_json_string(a.what, what, sizeof what), a.serial, (unsigned long long)a.size,
      (long long)(f->address - a.address), a.live ? "true" : "false");
  } else if (f->space && !strcmp(f->space, "shared")) {
    snprintf(
      buffer, sizeof buffer, ",\"buffer\":{\"what\":\"shared memory\",\"serial\":0,\"size\":%u,\"offset\":%lld,\"live\":true}",
      w->shared_bytes, (long long)(f->address - (uint64_t)(uintptr_t)w->shared));
  }
  if (f->other_site != UINT32_MAX || f->other_access) {
    const vgpu_site *s = site_of(kernel, f->other_site);
    vgpu_dim3 ot = thread_of(launch, f->other_thread), ob = block_of(launch, f->other_block);
    char ofile[1100], thread[64] = "";
    if (f->other_thread != UINT32_MAX)
      snprintf(thread, sizeof thread, "\"thread\":[%u,%u,%u],", ot.x, ot.y, ot.z);
    snprintf(
      other, sizeof other,
      ",\"other\":{\"block\":[%u,%u,%u],%s\"file\":%s,\"line\":%u,\"access\":\"%s\"}", ob.x, ob.y, ob.z, thread,
      vgpu_json_string(s->file, ofile, sizeof ofile), s->line, f->other_access ? f->other_access : "");
  }
  vgpu_report_line(
    "{\"event\":\"finding\",\"kind\":\"%s\",\"kernel\":%s,\"access\":\"%s\",\"space\":\"%s\",\"bytes\":%u,\"file\":%s,"
    "\"line\":%u,\"block\":[%u,%u,%u],\"thread\":[%u,%u,%u],\"address\":\"0x%llx\"%s%s,\"message\":%s}",
    f->kind, vgpu_json_string(kernel->name, name, sizeof name), f->access, f->space ? f->space : "", f->bytes,
    vgpu_json_string(site->file, file, sizeof file), site->line, w->ctaid.x, w->ctaid.y, w->ctaid.z, t.x, t.y, t.z,
    (unsigned long long)f->address, buffer, other, vgpu_json_string(f->message, message, sizeof message));
}

void vgpu_report_finding_simple(
  vgpu_warp *w, const char *kind, uint32_t site, uint32_t lanes, const char *access, const char *message) {
  vgpu_finding f = {
    .kind = kind, .access = access, .message = message, .site = site, .other_site = UINT32_MAX,
    .lane = lanes ? (uint32_t)__builtin_ctz(lanes) : 0};
  vgpu_report_finding(w, &f);
}

void vgpu_report_finding_pair(
  vgpu_warp *w, const char *kind, uint32_t site, uint32_t lanes, const char *access, const char *message, vgpu_warp *other,
  uint32_t other_site) {
  vgpu_finding f = {
    .kind = kind, .access = access, .message = message, .site = site, .other_site = UINT32_MAX,
    .lane = lanes ? (uint32_t)__builtin_ctz(lanes) : 0};
  if (other) {
    f.other_site = other_site;
    f.other_thread = other->index * 32 + (other->live ? (uint32_t)__builtin_ctz(other->live) : 0);
    f.other_block = other->block->linear;
    f.other_access = "barrier";
  }
  vgpu_report_finding(w, &f);
}

void vgpu_report_fault(vgpu_warp *w, uint64_t address) {
  vgpu_finding f = {
    .kind = "out-of-bounds", .access = "access", .space = "global", .site = UINT32_MAX, .other_site = UINT32_MAX,
    .address = address, .lane = w->live ? (uint32_t)__builtin_ctz(w->live) : 0,
    .message = "An access outside of all memory; check memory to learn where."};
  vgpu_report_finding(w, &f);
}

// MARK: The end

static const vgpu_kernel *kernels[4096];
static uint32_t kernel_count;

void vgpu_report_know(const vgpu_kernel *kernel) {
  if (kernel_count < sizeof kernels / sizeof *kernels) kernels[kernel_count++] = kernel;
}

static void report_kernel(FILE *out, const vgpu_kernel *kernel) {
  const vgpu_kernel_counts *c = kernel->counts;
  char name[1024];
  fprintf(
    out,
    "{\"event\":\"kernel\",\"name\":%s,\"launches\":%llu,\"grid\":[%u,%u,%u],\"block\":[%u,%u,%u],\"dynamicShared\":%u,"
    "\"staticShared\":%u,\"seconds\":%.9f,\"executions\":[",
    vgpu_json_string(kernel->name, name, sizeof name), (unsigned long long)c->launches, c->grid.x, c->grid.y, c->grid.z,
    c->block.x, c->block.y, c->block.z, c->dynamic_shared, kernel->static_shared_bytes, c->seconds);
  for (uint32_t i = 0; i < kernel->block_count; i++)
    fprintf(out, "%s%llu", i ? "," : "", (unsigned long long)c->executions[i]);
  fprintf(out, "],\"lanes\":[");
  for (uint32_t i = 0; i < kernel->block_count; i++) fprintf(out, "%s%llu", i ? "," : "", (unsigned long long)c->lanes[i]);
  fprintf(out, "],\"sites\":[");
  for (uint32_t i = 0; i < kernel->site_count; i++) {
    const vgpu_site_counts *s = &c->sites[i];
    fprintf(
      out, "%s[%llu,%llu,%llu,%llu,%llu,%llu]", i ? "," : "", (unsigned long long)s->requests,
      (unsigned long long)s->lanes, (unsigned long long)s->sectors, (unsigned long long)s->ideal_sectors,
      (unsigned long long)s->wavefronts, (unsigned long long)s->ideal_wavefronts);
  }
  fprintf(out, "]}\n");
}

static void forget_counts(const vgpu_kernel *kernel) {
  vgpu_kernel_counts *c = kernel->counts;
  c->launches = 0;
  c->seconds = 0;
  memset(c->executions, 0, kernel->block_count * sizeof *c->executions);
  memset(c->lanes, 0, kernel->block_count * sizeof *c->lanes);
  memset(c->sites, 0, kernel->site_count * sizeof *c->sites);
}

void vgpu_report_collected(int forgets) {
  vgpu_options_load();
  // A program that faults may do so in a call of ours: its last report does not wait for that call.
  int is_locked = forgets ? !pthread_mutex_lock(&lock) : !pthread_mutex_trylock(&lock);
  for (uint32_t i = 0; i < found_count; i++) {
    const vgpu_site *site = site_of(found[i].kernel, found[i].site);
    char name[1024], file[1100];
    vgpu_report_line(
      "{\"event\":\"finding-count\",\"kind\":\"%s\",\"kernel\":%s,\"file\":%s,\"line\":%u,\"count\":%llu}", found[i].kind,
      vgpu_json_string(found[i].kernel->name, name, sizeof name), vgpu_json_string(site->file, file, sizeof file),
      site->line, (unsigned long long)found[i].count);
  }
  char *text = NULL;
  size_t size = 0;
  FILE *out = vgpu_options.report_fd < 0 ? NULL : open_memstream(&text, &size);
  if (out) {
    for (uint32_t i = 0; i < kernel_count; i++)
      if (kernels[i]->counts->launches) report_kernel(out, kernels[i]);
    fprintf(out, "{\"event\":\"output\",\"hash\":\"%016llx\",\"bytes\":%llu}\n", (unsigned long long)copied_hash,
      (unsigned long long)copied_bytes);
    fclose(out);
    for (size_t done = 0; done < size;) {
      ssize_t k = write(vgpu_options.report_fd, text + done, size - done);
      if (k <= 0) break;
      done += (size_t)k;
    }
    free(text);
  }
  if (forgets) {
    for (uint32_t i = 0; i < kernel_count; i++) forget_counts(kernels[i]);
    found_count = 0;
    copied_hash = EMPTY_HASH;
    copied_bytes = 0;
  }
  if (is_locked) pthread_mutex_unlock(&lock);
}

void vgpu_report_finish(void) {
  static int is_done;
  if (!__atomic_exchange_n(&is_done, 1, __ATOMIC_SEQ_CST)) vgpu_report_collected(0);
}

__attribute__((destructor)) static void finish(void) { vgpu_report_finish(); }
