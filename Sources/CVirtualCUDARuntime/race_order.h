// What orders accesses beyond barriers: fences, releases and acquires.
#ifndef RACE_ORDER_H
#define RACE_ORDER_H

#include "vgpu_internal.h"

// Takes up a launch; forgets what earlier ones did.
void vgpu_order_begin(const vgpu_warp *);
// An atomic, or a volatile or relaxed store: others may learn from it that what was fenced before is done.
void vgpu_order_release(vgpu_warp *);
// An atomic, or a volatile or relaxed load: what was released before is done for this thread.
void vgpu_order_acquire(vgpu_warp *);
// True if an access by a warp of a block at a time was released before this warp's last acquire; a strong one can be the
// release itself.
int vgpu_order_is_released(vgpu_warp *, uint32_t block_serial, uint32_t warp, uint32_t time, int is_strong);

#endif
