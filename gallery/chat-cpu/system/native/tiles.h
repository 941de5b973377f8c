// Products on the processor's matrix unit (AMX), as exact as in fp32.
#pragma once

#include <cstdint>

namespace tiles {

// Whether a weight of these dimensions can be multiplied there, on this processor and under this kernel.
bool fit(int64_t inputs);

// Packs a weight whose numbers are all bfloat16; as many bytes as `products.cpp` reserves for one.
void pack(const float* weight, int64_t n, int64_t k, uint16_t* panels);

// y[rows, n] = x[rows, k] w[n, k]^T.
void product(const uint16_t* panels, int64_t n, int64_t k, const float* x, int64_t rows, float* y);

}  // namespace tiles
