// Bodies that attract each other: tiles of positions in shared memory, rsqrtf, float4, a few steps of leapfrog.
#include "check.h"

constexpr int block = 64;

__global__ void accelerate(const float4 *bodies, float4 *velocities, int n, float dt) {
  __shared__ float4 tile[block];
  int i = blockIdx.x * block + threadIdx.x;
  float4 me = i < n ? bodies[i] : make_float4(0, 0, 0, 0);
  float ax = 0, ay = 0, az = 0;
  for (int start = 0; start < n; start += block) {
    int j = start + threadIdx.x;
    tile[threadIdx.x] = j < n ? bodies[j] : make_float4(0, 0, 0, 0);
    __syncthreads();
#pragma unroll 8
    for (int k = 0; k < block; k++) {
      float dx = tile[k].x - me.x, dy = tile[k].y - me.y, dz = tile[k].z - me.z;
      float inverse = rsqrtf(dx * dx + dy * dy + dz * dz + 0.01f);
      float s = tile[k].w * inverse * inverse * inverse;
      ax += dx * s, ay += dy * s, az += dz * s;
    }
    __syncthreads();
  }
  if (i < n) {
    float4 v = velocities[i];
    velocities[i] = make_float4(v.x + ax * dt, v.y + ay * dt, v.z + az * dt, 0);
  }
}

__global__ void move(float4 *bodies, const float4 *velocities, int n, float dt) {
  int i = blockIdx.x * block + threadIdx.x;
  if (i >= n) return;
  bodies[i].x += velocities[i].x * dt;
  bodies[i].y += velocities[i].y * dt;
  bodies[i].z += velocities[i].z * dt;
}

int main() {
  const int n = 200, steps = 4;
  const double dt = 0.0078125;
  Random random(66);
  std::vector<float4> bodies(n), velocities(n, make_float4(0, 0, 0, 0));
  for (auto &b : bodies) b = make_float4(random.uniform(), random.uniform(), random.uniform(), (random.uniform() + 1.5f) / n);
  std::vector<double> p(3 * n), v(3 * n, 0.0);
  for (int i = 0; i < n; i++) p[3 * i] = bodies[i].x, p[3 * i + 1] = bodies[i].y, p[3 * i + 2] = bodies[i].z;
  float4 *db = deviceCopy(bodies), *dv = deviceCopy(velocities);
  for (int s = 0; s < steps; s++) {
    accelerate<<<(n + block - 1) / block, block>>>(db, dv, n, (float)dt);
    move<<<(n + block - 1) / block, block>>>(db, dv, n, (float)dt);
  }
  CHECK_KERNEL();
  for (int s = 0; s < steps; s++) {
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        double d[3], r = 0.01;
        for (int c = 0; c < 3; c++) d[c] = p[3 * j + c] - p[3 * i + c], r += d[c] * d[c];
        for (int c = 0; c < 3; c++) v[3 * i + c] += d[c] * bodies[j].w / (r * sqrt(r)) * dt;
      }
    for (int c = 0; c < 3 * n; c++) p[c] += v[c] * dt;
  }
  std::vector<float4> moved = hostCopy(db, n);
  Verdict verdict;
  for (int i = 0; i < n; i++) {
    verdict.near("x", i, moved[i].x, p[3 * i], 1e-5);
    verdict.near("y", i, moved[i].y, p[3 * i + 1], 1e-5);
    verdict.near("z", i, moved[i].z, p[3 * i + 2], 1e-5);
    verdict.near("mass", i, moved[i].w, bodies[i].w, 0);
  }
  return verdict.finish();
}
