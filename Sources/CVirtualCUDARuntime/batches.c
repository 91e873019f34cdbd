// The log of reads of shared memory, and what batches of loads were counted as: see include/vgpu_batches.h.
#include "vgpu_internal.h"

#define MAX_READS 1024u

// As if each load had been recorded when it was executed: what lies between has touched no chunk that is in the log.
void vgpu_settle_reads(vgpu_warp *w) {
  vgpu_read_log *log = w->log;
  uint32_t count = log->count;
  log->count = 0;
  for (uint32_t i = 0; i < count; i++) {
    const vgpu_read *read = &log->reads[i];
    const vgpu_batch *batch = read->batch;
    vgpu_warp *reader = &w->block->fibers[read->warp]->warp;
    const uint32_t clock = reader->clock, warp_time = reader->warp_time;
    reader->clock = read->clock;
    reader->warp_time = read->warp_time;
    for (uint32_t k = 0; k < batch->count; k++) {
      const uint32_t site = batch->loads[k].site, offset = (uint32_t)batch->loads[k].offset;
      const uint32_t a = read->a + offset, b = read->b + offset;
      if (read->is_line) {
        vgpu_race_line(reader, site, 0, a, 4, 0, 1, 2, a == b ? VGPU_WHO_WARP_TOO : 0);
        if (a != b) vgpu_race_line(reader, site, 1, b, 4, 0, 1, 2, 0);
      } else {
        vgpu_race_spot(reader, site, 0, a, 4, 1, 2);
        if (a != b) vgpu_race_spot(reader, site, 1, b, 4, 1, 2);
      }
    }
    reader->clock = clock;
    reader->warp_time = warp_time;
  }
}

void vgpu_make_room(vgpu_warp *w) {
  vgpu_read_log *log = w->log;
  if (log->capacity == MAX_READS) {
    vgpu_settle_reads(w);
    return;
  }
  log->capacity = log->capacity ? log->capacity * 2 : 64;
  log->reads = realloc(log->reads, log->capacity * sizeof *log->reads);
  if (!log->reads) vgpu_die("out of memory for the log of reads");
}

void vgpu_add_batch_counts(const vgpu_kernel *kernel, const uint64_t *counts, vgpu_site_counts *sites) {
  for (uint32_t i = 0; i < kernel->batch_count; i++) {
    const vgpu_batch *batch = &kernel->batches[i];
    const uint64_t executions = counts[2 * i], second_turns = counts[2 * i + 1];
    for (uint32_t k = 0; k < batch->count; k++) {
      vgpu_site_counts *site = &sites[batch->loads[k].site];
      site->requests += executions;
      site->lanes += 32 * executions;
      site->ideal_wavefronts += executions;
      site->wavefronts += executions + second_turns;
    }
  }
}
