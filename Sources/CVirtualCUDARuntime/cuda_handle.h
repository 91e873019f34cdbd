// Tables of live handles.
#ifndef CUDA_HANDLE_H
#define CUDA_HANDLE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

typedef struct vgpu_handle_chunk vgpu_handle_chunk;

typedef struct {
  size_t size;  // of one object
  vgpu_handle_chunk *chunks;
  uint32_t turn;
  pthread_mutex_t lock;
} vgpu_handle_pool;

#define VGPU_HANDLE_POOL(type) {.size = sizeof(type), .lock = PTHREAD_MUTEX_INITIALIZER}

void *vgpu_handle_new(vgpu_handle_pool *pool);                      // zeroed; NULL when memory is spent
int vgpu_handle_check(vgpu_handle_pool *pool, const void *handle);  // whether it is one that lives
void vgpu_handle_delete(vgpu_handle_pool *pool, void *handle);
void vgpu_handle_delete_all(vgpu_handle_pool *pool);

#endif
