// Memory of PyTorch's tensors. Each storage is an allocation of its own, so that a kernel that leaves a tensor is seen.
// The operators of PyTorch run on the host over the same memory: what they wrote is told here.
#include "host_api.h"

void *vgpu_tensor_allocate(uint64_t bytes) { return vgpu_allocate(bytes ? bytes : 1, VGPU_MEMORY_DEVICE, "a tensor"); }

void *vgpu_tensor_allocate_pinned(uint64_t bytes) {
  return vgpu_allocate(bytes ? bytes : 1, VGPU_MEMORY_HOST, "a pinned tensor");
}

// Whether it was an allocation that is alive. A context that a kernel broke does not keep its tensors.
int vgpu_tensor_free(void *address) { return vgpu_release(address) == 0; }

void vgpu_tensor_written(void *address, uint64_t bytes) { vgpu_mark_initialised(address, bytes); }

void vgpu_tensor_unwritten(void *address, uint64_t bytes) { vgpu_mark_uninitialised(address, bytes); }

// A copy of bytes that nobody wrote has not been written either.
void vgpu_tensor_copied(void *to, const void *from, uint64_t bytes) {
  if (vgpu_state) vgpu_copy_states(to, from, bytes);
}

// The offset of the first byte that nobody wrote; `bytes` where there is none, or where nothing is known.
uint64_t vgpu_tensor_first_unwritten(const void *address, uint64_t bytes) { return vgpu_first_uninitialised(address, bytes); }

int vgpu_tensor_is_device(const void *address) {
  vgpu_memory_open();
  return (const uint8_t *)address >= vgpu_arena && (const uint8_t *)address < vgpu_arena_end;
}

int vgpu_tensor_is_pinned(const void *address) {
  vgpu_allocation found;
  if (!vgpu_find_allocation((uint64_t)address, &found) || !found.live) return 0;
  return (uint64_t)address - found.address < found.size &&
         (found.kind == VGPU_MEMORY_HOST || found.kind == VGPU_MEMORY_REGISTERED);
}

int vgpu_tensor_checks(void) {
  vgpu_memory_open();
  return vgpu_state != NULL;
}

uint64_t vgpu_tensor_memory_free(void) { return vgpu_memory_free_bytes(); }

uint64_t vgpu_tensor_memory_total(void) { return vgpu_memory_total_bytes(); }
