// Vectors of floats as wide as the processor's, by GCC's extensions, and the size of the tiles that fit its registers.
#pragma once

#include <cstdint>

#if defined(__AVX512F__)
constexpr int64_t kLanes = 16, kRows = 12;
#elif defined(__AVX__)
constexpr int64_t kLanes = 8, kRows = 6;
#else
constexpr int64_t kLanes = 4, kRows = 10;
#endif
constexpr int64_t kWidth = 2 * kLanes;  // columns of a tile

typedef float Vector __attribute__((vector_size(kLanes * 4), aligned(4)));
typedef int32_t Integers __attribute__((vector_size(kLanes * 4), aligned(4)));

// e^x for x <= 0 within 2 units in the last place (Cephes' polynomial); 0 below -87.
inline Vector exponential(Vector x) {
  const Vector magic = Vector{} + 12582912.0f;  // adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits
  const Vector shifted = x * 1.44269504f + magic, whole = shifted - magic;
  const Vector rest = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  Vector result = Vector{} + 1.9875691500e-4f;
  for (const float coefficient : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
    result = result * rest + coefficient;
  result = result * rest * rest + rest + 1.0f;
  const Vector power = (Vector)(((Integers)shifted << 23) + 0x3f800000);
  return x < -87.0f ? Vector{} : result * power;
}
