// ldmatrix and stmatrix with one, two and four blocks, as they are and transposed, their rows scattered; movmatrix.
#include "check.h"

#include <cstring>

static __device__ unsigned sharedAddress(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

// Rows of 16 bytes: row r of the block at place (r * 7 + 3) % 32, with 16 bytes between.
static __host__ __device__ int place(int row) { return (row * 7 + 3) % 32 * 2; }

template <int count, bool isTransposed>
__global__ void load(const uint4 *rows, unsigned *out) {
  __shared__ uint4 tile[64];
  int lane = threadIdx.x;
  tile[place(lane)] = rows[lane];
  __syncwarp();
  unsigned r[4] = {0, 0, 0, 0};
  // Lanes whose address is not needed give one that no one may read.
  unsigned where = lane < count * 8 ? sharedAddress(&tile[place(lane)]) : 0x7fffff10u;
  if (count == 1 && isTransposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%0}, [%1];" : "=r"(r[0]) : "r"(where) : "memory");
  else if (count == 1)
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(r[0]) : "r"(where) : "memory");
  else if (count == 2 && isTransposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1]) : "r"(where) : "memory");
  else if (count == 2)
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared::cta.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1]) : "r"(where) : "memory");
  else if (isTransposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(where) : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(where) : "memory");
  for (int j = 0; j < count; j++) out[j * 32 + lane] = r[j];
}

template <int count, bool isTransposed>
__global__ void store(const unsigned *fragments, uint4 *out) {
  __shared__ uint4 tile[64];
  int lane = threadIdx.x;
  tile[lane] = tile[lane + 32] = make_uint4(1, 2, 3, 4);
  __syncwarp();
  unsigned r[4];
  for (int j = 0; j < count; j++) r[j] = fragments[j * 32 + lane];
  unsigned where = lane < count * 8 ? sharedAddress(&tile[place(lane)]) : 0x7fffff10u;
  if (count == 1)
    asm volatile("stmatrix.sync.aligned.m8n8.x1.shared.b16 [%0], {%1};" ::"r"(where), "r"(r[0]) : "memory");
  else if (count == 2 && isTransposed)
    asm volatile("stmatrix.sync.aligned.m8n8.x2.trans.shared.b16 [%0], {%1, %2};" ::"r"(where), "r"(r[0]), "r"(r[1]) : "memory");
  else if (isTransposed)
    asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(where), "r"(r[0]), "r"(r[1]),
                 "r"(r[2]), "r"(r[3]) : "memory");
  else
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(where), "r"(r[0]), "r"(r[1]),
                 "r"(r[2]), "r"(r[3]) : "memory");
  __syncwarp();
  out[lane] = tile[lane];
  out[lane + 32] = tile[lane + 32];
}

__global__ void change(const unsigned *in, unsigned *out) {
  unsigned r;
  asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(r) : "r"(in[threadIdx.x]));
  out[threadIdx.x] = r;
}

// What lane `lane` holds of block `j`: row lane / 4, columns 2 (lane % 4) and the next; transposed, of the block's mirror.
static unsigned held(const std::vector<uint16_t> &halves, int j, int lane, bool isTransposed) {
  const uint16_t *block = halves.data() + j * 64;
  int row = lane / 4, column = lane % 4 * 2;
  if (isTransposed) return block[column * 8 + row] | (unsigned)block[(column + 1) * 8 + row] << 16;
  return block[row * 8 + column] | (unsigned)block[row * 8 + column + 1] << 16;
}

static Verdict verdict;
static std::vector<uint16_t> halves(4 * 64);

template <int count, bool isTransposed>
void check(bool isLoad) {
  std::vector<unsigned> fragments(count * 32);
  for (int i = 0; i < count * 32; i++) fragments[i] = held(halves, i / 32, i % 32, isTransposed);
  if (isLoad) {
    std::vector<uint4> rows(32);
    memcpy(rows.data(), halves.data(), sizeof(uint4) * 32);
    unsigned *out = deviceEmpty<unsigned>(count * 32);
    load<count, isTransposed><<<1, 32>>>(deviceCopy(rows), out);
    CHECK_KERNEL();
    return verdict.allSame("load", hostCopy(out, count * 32), fragments);
  }
  std::vector<unsigned> want(256);
  for (int i = 0; i < 256; i++) want[i] = i % 4 + 1;
  for (int row = 0; row < count * 8; row++) memcpy(&want[place(row) * 4], &halves[row * 8], 16);
  uint4 *out = deviceEmpty<uint4>(64);
  store<count, isTransposed><<<1, 32>>>(deviceCopy(fragments), out);
  CHECK_KERNEL();
  verdict.allSame("store", hostCopy((unsigned *)out, 256), want);
}

int main() {
  Random random(72);
  for (auto &v : halves) v = (uint16_t)random.next();
  check<1, false>(true);
  check<1, true>(true);
  check<2, false>(true);
  check<2, true>(true);
  check<4, false>(true);
  check<4, true>(true);
  check<1, false>(false);
  check<2, true>(false);
  check<4, false>(false);
  check<4, true>(false);
  std::vector<unsigned> plain(32), mirrored(32);
  for (int i = 0; i < 32; i++) plain[i] = held(halves, 0, i, false), mirrored[i] = held(halves, 0, i, true);
  unsigned *out = deviceEmpty<unsigned>(32);
  change<<<1, 32>>>(deviceCopy(plain), out);
  CHECK_KERNEL();
  verdict.allSame("movmatrix", hostCopy(out, 32), mirrored);
  return verdict.finish();
}
