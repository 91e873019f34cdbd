// Conway's game of life on a torus: bytes with a shared halo, and 32 cells to a word by bit tricks; both agree.
#include "check.h"

__global__ void step(const unsigned char *from, unsigned char *to, int width, int height) {
  __shared__ unsigned char s[10][34];
  int x0 = blockIdx.x * 32, y0 = blockIdx.y * 8;
  for (int j = threadIdx.y * 32 + threadIdx.x; j < 340; j += 256) {
    int y = (y0 + j / 34 - 1 + height) % height, x = (x0 + j % 34 - 1 + width) % width;
    s[j / 34][j % 34] = from[y * width + x];
  }
  __syncthreads();
  int x = threadIdx.x + 1, y = threadIdx.y + 1, count = 0;
  for (int dy = -1; dy <= 1; dy++)
    for (int dx = -1; dx <= 1; dx++) count += s[y + dy][x + dx];
  bool alive = count == 3 || (count == 4 && s[y][x]);
  if (x0 + threadIdx.x < width && y0 + threadIdx.y < height) to[(y0 + threadIdx.y) * width + x0 + threadIdx.x] = alive;
}

__global__ void pack(const unsigned char *cells, unsigned *words) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x, word = __ballot_sync(~0u, cells[i]);
  if (threadIdx.x % 32 == 0) words[i / 32] = word;
}

__device__ void add(unsigned &ones, unsigned &twos, unsigned &fours, unsigned bits) {
  unsigned carry = ones & bits;
  ones ^= bits;
  unsigned carry2 = twos & carry;
  twos ^= carry;
  fours |= carry2;  // four or more is all the same
}

__global__ void stepWords(const unsigned *from, unsigned *to, int words, int height) {
  int w = threadIdx.x, y = blockIdx.x;
  unsigned ones = 0, twos = 0, fours = 0, me = from[y * words + w];
  for (int dy = -1; dy <= 1; dy++) {
    const unsigned *row = from + (y + dy + height) % height * words;
    unsigned left = row[(w + words - 1) % words], middle = row[w], right = row[(w + 1) % words];
    add(ones, twos, fours, __funnelshift_l(left, middle, 1));
    add(ones, twos, fours, __funnelshift_r(middle, right, 1));
    if (dy != 0) add(ones, twos, fours, middle);
  }
  to[y * words + w] = twos & ~fours & (ones | me);
}

int main() {
  const int width = 96, height = 60, steps = 10, words = width / 32;
  Random random(69);
  std::vector<unsigned char> a(width * height), b(width * height);
  for (auto &v : a) v = random.below(3) == 0;
  unsigned char *da = deviceCopy(a), *db = deviceEmpty<unsigned char>(width * height);
  unsigned *dw = deviceEmpty<unsigned>(words * height), *dv = deviceEmpty<unsigned>(words * height);
  pack<<<width * height / 96, 96>>>(da, dw);
  for (int s = 0; s < steps; s++) {
    step<<<dim3(3, 8), dim3(32, 8)>>>(s % 2 ? db : da, s % 2 ? da : db, width, height);
    stepWords<<<height, words>>>(s % 2 ? dv : dw, s % 2 ? dw : dv, words, height);
  }
  CHECK_KERNEL();
  int alive = 0;
  for (int s = 0; s < steps; s++) {
    alive = 0;
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        int count = -a[y * width + x];
        for (int dy = -1; dy <= 1; dy++)
          for (int dx = -1; dx <= 1; dx++) count += a[(y + dy + height) % height * width + (x + dx + width) % width];
        alive += b[y * width + x] = count == 3 || (count == 2 && a[y * width + x]);
      }
    a.swap(b);
  }
  std::vector<unsigned> bits = hostCopy(dw, words * height);
  Verdict verdict;
  verdict.allSame("cell", hostCopy(da, width * height), a);
  for (int i = 0; i < width * height; i++) verdict.same("bit", i, bits[i / 32] >> (i % 32) & 1, a[i]);
  printf("alive %d\n", alive);
  return verdict.finish();
}
