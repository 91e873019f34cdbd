// What lanes of a warp do together: shuffles, votes, matches, reductions.
#ifndef VGPU_WARP_H
#define VGPU_WARP_H

enum { VGPU_SHUFFLE_UP, VGPU_SHUFFLE_DOWN, VGPU_SHUFFLE_BFLY, VGPU_SHUFFLE_IDX };

// The value of each lane's source lane; *in_range says which lanes had one. As in the PTX manual, `c` holds the clamp and,
// from bit 8, the mask that parts the warp.
VGPU_INLINE vu32 vgpu_shuffle(int mode, uint32_t mask, vu32 value, vu32 b, vu32 c, uint32_t *in_range) {
  vu32 lane = vgpu_lanes, bval = b & 31, cval = c & 31, segment = (c >> 8) & 31;
  vu32 last = (lane & segment) | (cval & ~segment), first = lane & segment, source;
  uint32_t ok;
  switch (mode) {
  case VGPU_SHUFFLE_UP:
    source = lane - bval;
    ok = VGPU_MASK((vs32)source >= (vs32)last);
    break;
  case VGPU_SHUFFLE_DOWN:
    source = lane + bval;
    ok = VGPU_MASK(source <= last);
    break;
  case VGPU_SHUFFLE_BFLY:
    source = lane ^ bval;
    ok = VGPU_MASK(source <= last);
    break;
  default:
    source = first | (bval & ~segment);
    ok = VGPU_MASK(source <= last);
  }
  source = VGPU_SELECT32(ok, source, lane);
  uint32_t v[32], s[32], r[32];
  memcpy(v, &value, sizeof v), memcpy(s, &source, sizeof s);
  VGPU_EACH(i) r[i] = v[s[i] & 31];
  vu32 out;
  memcpy(&out, r, sizeof r);
  (void)mask;
  *in_range = ok;
  return out;
}

// For each lane: the lanes of the mask that name the same members, which take part with it. Tiles of a warp do so side by side.
VGPU_INLINE vu32 vgpu_parties(uint32_t mask, vu32 members) {
  vu32 r = 0;
  for (uint32_t left = mask; left;) {
    uint32_t named = members[__builtin_ctz(left)], same = VGPU_MASK(members == named) & mask & named;
    // A lane that does not name itself is alone.
    same |= left & (0u - left);
    r = VGPU_SELECT32(same, (vu32)(same), r);
    left &= ~same;
  }
  return r;
}

// For each lane: the lanes of the mask whose value is its own.
VGPU_INLINE vu32 vgpu_match_any32(uint32_t mask, vu32 value) {
  vu32 r = 0;
  for (uint32_t left = mask; left;) {
    uint32_t equal = VGPU_MASK(value == value[__builtin_ctz(left)]) & mask;
    r = VGPU_SELECT32(equal, (vu32)(equal), r);
    left &= ~equal;
  }
  return r;
}
VGPU_INLINE vu32 vgpu_match_any64(uint32_t mask, vu64 value) {
  vu32 r = 0;
  for (uint32_t left = mask; left;) {
    uint32_t equal = VGPU_MASK(value == value[__builtin_ctz(left)]) & mask;
    r = VGPU_SELECT32(equal, (vu32)(equal), r);
    left &= ~equal;
  }
  return r;
}

#define VGPU_REDUCE(name, T, start, expression)                                   \
  VGPU_INLINE VGPU_T_##T vgpu_reduce_##name##_##T(uint32_t mask, vu32 value) {    \
    VGPU_T_##T a = (VGPU_T_##T)(start);                                           \
    for (; mask; mask &= mask - 1) {                                              \
      VGPU_T_##T b = (VGPU_T_##T)value[__builtin_ctz(mask)];                      \
      a = (expression);                                                           \
    }                                                                             \
    return a;                                                                     \
  }
VGPU_REDUCE(add, u32, 0, a + b)
VGPU_REDUCE(and, u32, 0xffffffffu, a & b)
VGPU_REDUCE(or, u32, 0, a | b)
VGPU_REDUCE(xor, u32, 0, a ^ b)
VGPU_REDUCE(min, u32, UINT32_MAX, a < b ? a : b)
VGPU_REDUCE(max, u32, 0, a > b ? a : b)
VGPU_REDUCE(min, s32, INT32_MAX, a < b ? a : b)
VGPU_REDUCE(max, s32, INT32_MIN, a > b ? a : b)

// Each party's result for its own lanes.
#define VGPU_REDUCE_PARTIES(name, T)                                                          \
  VGPU_INLINE vu32 vgpu_reduce_parties_##name##_##T(uint32_t mask, vu32 parties, vu32 value) { \
    vu32 r = 0;                                                                               \
    for (uint32_t left = mask; left;) {                                                       \
      uint32_t party = parties[__builtin_ctz(left)];                                          \
      r = VGPU_SELECT32(party, (vu32)((uint32_t)vgpu_reduce_##name##_##T(party, value)), r);  \
      left &= ~party;                                                                         \
    }                                                                                         \
    return r;                                                                                 \
  }
VGPU_REDUCE_PARTIES(add, u32)
VGPU_REDUCE_PARTIES(and, u32)
VGPU_REDUCE_PARTIES(or, u32)
VGPU_REDUCE_PARTIES(xor, u32)
VGPU_REDUCE_PARTIES(min, u32)
VGPU_REDUCE_PARTIES(max, u32)
VGPU_REDUCE_PARTIES(min, s32)
VGPU_REDUCE_PARTIES(max, s32)

#endif
