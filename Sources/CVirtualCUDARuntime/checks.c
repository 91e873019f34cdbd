// Checks and counters, lane by lane.
#include "vgpu_internal.h"

uint32_t vgpu_check_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space) {
  (void)w, (void)site, (void)addresses, (void)bytes, (void)access, (void)space;
  return mask;
}
void vgpu_count_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int space) {
  (void)w, (void)site, (void)mask, (void)addresses, (void)bytes, (void)space;
}
void vgpu_race_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space,
  int is_volatile) {
  (void)w, (void)site, (void)mask, (void)addresses, (void)bytes, (void)access, (void)space, (void)is_volatile;
}
void vgpu_race_fence(vgpu_warp *w, uint32_t lanes, int scope) { (void)w, (void)lanes, (void)scope; }
void vgpu_race_forget(void) {}
