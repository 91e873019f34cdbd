// Assembly with blocks of its own, written where the compiler does not look into it.
__global__ void assembly(float *out, float a, float b) {
  float r;
  asm volatile(
      "{ .reg .f32 t; .reg .pred p; setp.gt.f32 p, %1, %2; @p bra L1; add.f32 t, %1, %2; bra L2;\n"
      "L1: mul.f32 t, %1, 0f3F800000; L2: mov.f32 %0, t; }"
      : "=f"(r) : "f"(a), "f"(b));
  out[0] = r;
  asm volatile(
      "{\n\t.reg .f32 t<3>;\n\tadd.f32 t0, %1, %2;\n"
      "  { .reg .b32 t1; mov.b32 t1, 0x10; cvt.rn.f32.u32 t2, t1; }\n  mov.f32 %0, t2;\n}"
      : "=f"(r) : "f"(a), "f"(b));
  out[1] = r;
  asm volatile(
      "{\n\t.reg .pred p, q;\n\t.reg .b32 t;\n\tsetp.eq.f32 p|q, %1, %2;\n\t@!q bra L1;\n\tmov.b32 t, 012;\n"
      "\tcvt.rn.f32.s32 %0, t;\n\tbra DONE;\nL1:\n\tmov.f32 %0, 1.5;\nDONE:\n}"
      : "=f"(r) : "f"(a), "f"(b));
  out[2] = r;
  unsigned lane;
  unsigned long long ticks;
  asm volatile("mov.u32 %0, %%laneid;" : "=r"(lane));
  asm volatile("mov.u64 %0, %%clock64;" : "=l"(ticks));
  out[3] = lane + ticks;
}
