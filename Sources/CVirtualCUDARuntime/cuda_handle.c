// Handles of streams, events and pools: slots that are never given back to malloc, so that a stale or invented handle can be
// told from a live one.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cuda_handle.h"

enum { SLOTS = 256 };

struct vgpu_handle_chunk {
  vgpu_handle_chunk *next;
  uint8_t live[SLOTS];
  int used;
  uint8_t *slots;
};

static vgpu_handle_chunk *chunk_of(vgpu_handle_pool *pool, const void *handle, int *slot) {
  for (vgpu_handle_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
    const uint8_t *at = handle;
    if (at < chunk->slots || at >= chunk->slots + SLOTS * pool->size) continue;
    uint64_t offset = (uint64_t)(at - chunk->slots);
    *slot = (int)(offset / pool->size);
    return offset % pool->size ? NULL : chunk;
  }
  return NULL;
}

void *vgpu_handle_new(vgpu_handle_pool *pool) {
  void *made = NULL;
  pthread_mutex_lock(&pool->lock);
  vgpu_handle_chunk *chunk = pool->chunks;
  while (chunk && chunk->used == SLOTS) chunk = chunk->next;
  if (!chunk && (chunk = calloc(1, sizeof *chunk))) {
    chunk->slots = calloc(SLOTS, pool->size);
    if (!chunk->slots) {
      free(chunk);
      chunk = NULL;
    } else {
      chunk->next = pool->chunks;
      pool->chunks = chunk;
    }
  }
  if (chunk) {
    // Round robin: a slot that was just deleted is taken last.
    int slot = pool->turn++ % SLOTS;
    while (chunk->live[slot]) slot = (slot + 1) % SLOTS;
    chunk->live[slot] = 1;
    chunk->used++;
    made = chunk->slots + (size_t)slot * pool->size;
    memset(made, 0, pool->size);
  }
  pthread_mutex_unlock(&pool->lock);
  return made;
}

int vgpu_handle_check(vgpu_handle_pool *pool, const void *handle) {
  int slot;
  pthread_mutex_lock(&pool->lock);
  vgpu_handle_chunk *chunk = chunk_of(pool, handle, &slot);
  int live = chunk && chunk->live[slot];
  pthread_mutex_unlock(&pool->lock);
  return live;
}

void vgpu_handle_delete(vgpu_handle_pool *pool, void *handle) {
  int slot;
  pthread_mutex_lock(&pool->lock);
  vgpu_handle_chunk *chunk = chunk_of(pool, handle, &slot);
  if (chunk && chunk->live[slot]) chunk->live[slot] = 0, chunk->used--;
  pthread_mutex_unlock(&pool->lock);
}

void vgpu_handle_delete_all(vgpu_handle_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  for (vgpu_handle_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
    memset(chunk->live, 0, sizeof chunk->live);
    chunk->used = 0;
  }
  pthread_mutex_unlock(&pool->lock);
}
