// printf, assert and malloc of kernels.
#include <stdio.h>
#include <sys/mman.h>

#include "vgpu_internal.h"

void *vgpu_map(uint64_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) vgpu_die("out of memory");
  return p;
}

void vgpu_fill(void *memory, uint64_t bytes) {
  if (!vgpu_options.has_poison) return;
  uint32_t *p = memory;
  for (uint64_t i = 0; i < bytes / 4; i++) p[i] = vgpu_options.poison;
}

static void append(vgpu_block *block, const char *text, uint64_t count) {
  if (block->printed + count + 1 > block->print_capacity) {
    block->print_capacity = (block->printed + count + 1) * 2;
    block->print_text = realloc(block->print_text, block->print_capacity);
    if (!block->print_text) vgpu_die("out of memory for printf");
  }
  memcpy(block->print_text + block->printed, text, count);
  block->printed += count;
}

// The launch's output in the order of its blocks, whatever order they ran in.
typedef struct {
  uint64_t linear;
  char *text;
  uint64_t count;
} printed_text;
static printed_text *texts;
static uint64_t text_count, text_capacity;

void vgpu_print_begin(void) { text_count = 0; }

void vgpu_print_end_block(vgpu_block *block) {
  if (!block->printed) return;
  static int guard;
  while (__atomic_exchange_n(&guard, 1, __ATOMIC_ACQUIRE)) {
  }
  if (text_count == text_capacity) {
    text_capacity = text_capacity ? text_capacity * 2 : 64;
    texts = realloc(texts, text_capacity * sizeof *texts);
    if (!texts) vgpu_die("out of memory for printf");
  }
  texts[text_count++] = (printed_text){block->linear, block->print_text, block->printed};
  block->print_text = NULL;
  block->printed = block->print_capacity = 0;
  __atomic_store_n(&guard, 0, __ATOMIC_RELEASE);
}

static int by_block(const void *a, const void *b) {
  const printed_text *x = a, *y = b;
  return x->linear < y->linear ? -1 : x->linear > y->linear;
}

void vgpu_print_flush(void) {
  if (!text_count) return;
  qsort(texts, text_count, sizeof *texts, by_block);
  for (uint64_t i = 0; i < text_count; i++) {
    fwrite(texts[i].text, 1, texts[i].count, stdout);
    free(texts[i].text);
  }
  text_count = 0;
  fflush(stdout);
}

int vgpu_print(vgpu_warp *w, uint32_t lane, uint64_t format, uint64_t arguments) {
  (void)lane;
  const char *f = (const char *)format;
  const uint8_t *from = (const uint8_t *)arguments;
  uint64_t offset = 0;
  int count = 0;
  vgpu_block *block = w->block;
  while (*f) {
    const char *percent = strchr(f, '%');
    if (!percent) {
      append(block, f, strlen(f));
      break;
    }
    append(block, f, (uint64_t)(percent - f));
    if (percent[1] == '%') {
      append(block, "%", 1);
      f = percent + 2;
      continue;
    }
    // Flags, width, precision, length, conversion; a * takes an int.
    char spec[64], text[512];
    size_t n = 0;
    const char *c = percent;
    spec[n++] = *c++;
    int is_wide = 0;
    while (*c && strchr("-+ #0123456789.*'", *c) && n < 40) {
      if (*c == '*') {
        offset = (offset + 3) & ~3ull;
        int value;
        memcpy(&value, from + offset, 4);
        offset += 4;
        n += (size_t)snprintf(spec + n, 16, "%d", value);
        c++;
      } else {
        spec[n++] = *c++;
      }
    }
    while (*c && strchr("hlLjzt", *c)) {
      if (*c == 'l' || *c == 'j' || *c == 'z' || *c == 't') is_wide = 1;
      if (*c != 'L' && n < 50) spec[n++] = *c;
      c++;
    }
    char kind = *c ? *c++ : 0;
    spec[n++] = kind;
    spec[n] = 0;
    int written = 0;
    char *long_text = NULL;
    if (kind && strchr("diouxXc", kind)) {
      uint64_t width = is_wide ? 8 : 4;
      offset = (offset + width - 1) & ~(width - 1);
      if (is_wide) {
        long long value;
        memcpy(&value, from + offset, 8);
        written = snprintf(text, sizeof text, spec, value);
      } else {
        int value;
        memcpy(&value, from + offset, 4);
        written = snprintf(text, sizeof text, spec, value);
      }
      offset += width;
    } else if (kind && strchr("eEfFgGaA", kind)) {
      offset = (offset + 7) & ~7ull;
      double value;
      memcpy(&value, from + offset, 8);
      offset += 8;
      written = snprintf(text, sizeof text, spec, value);
    } else if (kind == 's') {
      offset = (offset + 7) & ~7ull;
      const char *value;
      memcpy(&value, from + offset, 8);
      offset += 8;
      written = asprintf(&long_text, spec, value ? value : "(null)");
    } else if (kind == 'p') {
      offset = (offset + 7) & ~7ull;
      void *value;
      memcpy(&value, from + offset, 8);
      offset += 8;
      written = snprintf(text, sizeof text, spec, value);
    }
    if (written > 0) {
      if (!long_text && (size_t)written >= sizeof text) written = sizeof text - 1;
      append(block, long_text ? long_text : text, (uint64_t)written);
    }
    free(long_text);
    count++;
    f = c;
  }
  return count;
}

void vgpu_assert_failed(
  vgpu_warp *w, uint32_t site, uint32_t lane, uint64_t message, uint64_t file, uint32_t line, uint64_t function) {
  vgpu_dim3 b = w->block->launch->block;
  uint32_t t = w->index * 32 + lane;
  fflush(stdout);
  fprintf(
    stderr, "%s:%u: %s: block: [%u,%u,%u], thread: [%u,%u,%u] Assertion `%s` failed.\n", (const char *)file, line,
    (const char *)function, w->ctaid.x, w->ctaid.y, w->ctaid.z, t % b.x, t / b.x % b.y, t / (b.x * b.y),
    (const char *)message);
  char text[512];
  snprintf(text, sizeof text, "Assertion `%s` failed.", (const char *)message);
  vgpu_report_finding_simple(w, "device-assert", site, 1u << lane, "assert", text);
  vgpu_abort(w, 710);
}

uint64_t vgpu_device_malloc(vgpu_warp *w, uint64_t bytes) {
  (void)w;
  uint64_t address = (uint64_t)(uintptr_t)vgpu_allocate(bytes ? bytes : 1, VGPU_MEMORY_HEAP, "malloc in a kernel");
  if (address) vgpu_race_forget_range(address, bytes);
  return address;
}

void vgpu_device_free(vgpu_warp *w, uint64_t address) {
  (void)w;
  if (address) vgpu_release((void *)address);
}
