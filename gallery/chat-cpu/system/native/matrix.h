// A packed weight of whatever kind the recipe in use makes, and its product with rows.
#pragma once

#include <cstdint>

struct Matrix {
  const void* weights;
  const float* scales;  // null where the weights are numbers by themselves
  int64_t bytes;        // of one weight: 4 fp32, 2 bfloat16, 1 int8
  int64_t outputs, inputs;
};

// y[rows, outputs] = x[rows, inputs] w[outputs, inputs]^T.
extern "C" void linear(const Matrix* matrix, const float* x, int64_t rows, float* y);
